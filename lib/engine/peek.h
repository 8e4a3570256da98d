// Peek: a session of TLS 1.3 in whose hello no server is named, or another one than is meant. Where a rule says
// `open_handshake`, the handshake alone is opened, for the name that the certificate has, and the flow is judged by that name.
// Nothing that is said after the handshake is opened unless the verdict is decrypt then. On the worker's thread.
#pragma once
#include "lib/engine/opened.h"
#include "lib/engine/state.h"

namespace pellucid::engine {

// Policy does not want this session opened by what is known: whether a rule wants its handshake opened to know more.
bool begin_peek(State& s, std::uint32_t flow, Opened& o) noexcept;
bool peeks(const State& s, const Opened& o) noexcept;
// The server's Certificate message (RFC 8446 4.4.2) was opened.
void end_peek(State& s, std::uint32_t flow, Opened& o, Bytes message) noexcept;

}  // namespace pellucid::engine
