// refuse: stands before lib/base/refuse.h on the include path of builds with sanitizers: pools and rings ask whether they
// should say that they are full. The fault test defines the answer and owns what it counts, on one thread; elsewhere it is
// never.
#pragma once
#include <cstdint>

namespace pellucid {

enum class Refusal : std::uint8_t { slab, spool, ring };

bool refuse(Refusal what, const void* who) noexcept;

}  // namespace pellucid
