// Inner: what is said inside a session that is opened goes to the reader of its protocol, as that of a TCP stream does.
// Functions over one worker's State.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

// Text of one direction, in order; `missed`: octets before it that are not there.
void take_inner(State& s, Opened& o, Dir dir, Bytes text, std::uint64_t missed) noexcept;
void close_inner(State& s, Opened& o) noexcept;  // writes what is due; drops the reader's session

}  // namespace pellucid::engine
