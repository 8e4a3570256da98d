// refuse: whether a pool or a ring should say that it is full although it is not. Never, as shipped: the compiler leaves
// nothing of the question. In builds with sanitizers a header of this name stands before it and asks the fault test. Any
// thread.
#pragma once
#include <cstdint>

namespace pellucid {

enum class Refusal : std::uint8_t { slab, spool, ring };

constexpr bool refuse(Refusal, const void* /*who*/) noexcept { return false; }

}  // namespace pellucid
