// Probe: what a reader says of bytes that it has not been promised. A value type, any thread.
#pragma once
#include <cstdint>

namespace pellucid {

enum class Probe : std::uint8_t {
  no,      // certainly not this protocol
  unsure,  // could still become it: ask again with more bytes of the same stream
  yes,     // this protocol
};

}  // namespace pellucid
