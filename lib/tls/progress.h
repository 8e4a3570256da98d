// Progress: how far the handshake of an Opening has come, as its messages tell, and what of it must have been said before a
// direction goes on: the two directions may be captured in any order. Called by open().
#pragma once
#include "lib/tls/opening.h"

namespace pellucid::tls {

inline bool tls13(const Opening& o) noexcept { return o.version == 0x0304; }

// A hello, or another message that counts here. Those of a renegotiation count as those in the clear do.
void note(Opening& o, Dir dir, Message type, Bytes body) noexcept;
// What was lost may have been said.
void note_lost(Opening& o, Dir dir) noexcept;

// Whether a direction may go on past its hellos: what it says then hangs on those of the other one.
bool has_hellos(const Opening& o, Dir dir) noexcept;
// TLS 1.2 and before: … past its ChangeCipherSpec, in a full handshake or in one that goes on.
bool may_change(const Opening& o, Dir dir) noexcept;
// What comes before the second hello is early data, which is void (RFC 8446 4.2.10).
inline bool skips_early(const Opening& o, Dir dir) noexcept { return dir == o.client && o.retried != 0 && o.hellos < 2; }

}  // namespace pellucid::tls
