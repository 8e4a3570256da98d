// refuse: stands before lib/base/refuse.h on the include path of the fault tests: pools and rings ask the test whether they are
// full. The test defines it and owns what it counts; one thread.
#pragma once
#include <cstdint>

namespace pellucid {

enum class Refusal : std::uint8_t { slab, spool, ring };

bool refuse(Refusal what, const void* who) noexcept;

}  // namespace pellucid
