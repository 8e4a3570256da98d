// Inside: what the protected part of a handshake tells a session whose records are opened (RFC 8446 4.3, 4.4). Called on the
// worker that owns the session.
#pragma once
#include "lib/tls/session.h"

namespace pellucid::tls {

enum class ClientCertificates : std::uint8_t { skip, keep };

// A message that was protected; others than those that tell something are passed over.
void read_inside(Session& s, Dir dir, std::uint8_t type, Bytes body, ClientCertificates whose, Room& room) noexcept;
void note_alert(Session& s, Dir dir, std::uint8_t level, std::uint8_t description) noexcept;

}  // namespace pellucid::tls
