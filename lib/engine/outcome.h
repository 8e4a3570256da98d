// Outcome: what became of a session that was to be opened, and of every octet of payload: docs/why/coverage.md. Functions over
// one worker's State, called by its thread.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

inline constexpr unsigned kPending = metrics::kCoverages;  // the cell of what only the end of its session decides

// Where a flow's payload counts as long as nothing else is known of it. A flow that no reader follows any more keeps in
// `session` what the last one left.
inline std::uint32_t coverage_of(const flow::Hot& h) noexcept {
  using enum metrics::Coverage;
  constexpr auto cell = [](metrics::Coverage c) { return static_cast<std::uint32_t>(c); };
  constexpr std::uint32_t kCells[] = {cell(not_requested), cell(not_requested), cell(not_requested),
                                      cell(clear),         cell(clear),         kPending,
                                      cell(not_requested), cell(not_requested)};  // in the order of flow::Reader
  static_assert(std::size(kCells) == metrics::kReaders);
  if (h.reader != flow::Reader::none) return kCells[static_cast<std::size_t>(h.reader)];
  return h.session == kNone ? cell(not_requested) : h.session;
}

// Counts a packet's payload.
inline void cover(State& s, std::uint32_t flow, std::uint16_t octets) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const std::uint32_t cell = coverage_of(h);
  s.payload += octets;
  s.coverage[cell] += octets;
  if (cell == kPending) s.opened[h.session].payload += octets;
}
// … of one that no flow took in.
void cover_lost(State& s, std::uint16_t octets) noexcept;

// What stands against opening all of the session, and how far it was opened all the same.
keys::Reason reason_of(const Opened& o) noexcept;
exporter::Outcome result_of(const Opened& o) noexcept;

// The session is over: decides what of its payload was pending. Gives where the flow's payload counts from now on.
metrics::Coverage settle_coverage(State& s, Opened& o) noexcept;

}  // namespace pellucid::engine
