// Inspect: hands a flow's payload to whoever reads its protocol: the table protocol → handler. Functions over one worker's
// State.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

inline bool wants_bytes(const flow::Hot& h) noexcept {
  return h.reader != flow::Reader::none || (h.flags & flow::kFlowDecided) == 0;
}
void prefetch_reading(const State& s, std::uint32_t flow) noexcept;  // asks for the lines of its stream and its reader
void inspect(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept;
// TCP's opening: sequence numbers are noted so that reading can begin at the right octet.
void note_opening(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept;
// The flow ends: what waits behind gaps is read, and every reader finishes its record.
void finish_reading(State& s, std::uint32_t flow) noexcept;
// Nobody wants this flow's bytes any more.
void stop_reading(State& s, std::uint32_t flow) noexcept;

}  // namespace pellucid::engine
