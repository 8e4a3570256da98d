// Dtls: the clear part of DTLS 1.0 to 1.3 (RFC 4347, 6347, 9147) read as TLS: handshake messages are put in order out of
// fragments that come late, twice, overlapping or cut anew, their cookies left out, and given to a Session as TLS would have
// sent them. Lives in a slab of the worker that owns the flow; only that worker's thread touches it.
#pragma once
#include "lib/tls/session.h"

namespace pellucid::tls {

inline constexpr std::uint32_t kMaxLate = 16 * 1024;  // octets of fragments of a direction that wait for earlier ones
inline constexpr std::uint32_t kMaxFragment = (1u << 14) - 4;

struct DtlsSide {
  Spool late;          // fragments before their turn, with their heads
  Spool hello;         // a ClientHello that came in fragments: what to leave out of it is known when it is whole
  std::uint32_t size;  // of the message at hand
  std::uint32_t have;
  std::uint16_t number;  // of the message at hand, or of the next one
  std::uint8_t type;
  std::uint8_t begun;  // a message was seen
};

struct Dtls {
  DtlsSide side[2];       // by Dir
  std::uint16_t version;  // of the latest record
};
static_assert(std::is_trivially_copyable_v<Dtls>);

struct DtlsRoom {
  Room& session;
  MutBytes late;  // kMaxLate at least
};

// Yes for a datagram that begins with a hello or a whole record whose framing ends where the datagram does.
Probe probe_dtls(Bytes datagram) noexcept;

void reset(Dtls& d) noexcept;
// A datagram of one direction. Steps are those of the session, whose `over` says that nothing more is wanted.
Step feed(Dtls& d, Session& s, Dir dir, Bytes datagram, const DtlsRoom& room) noexcept;
void drop(Dtls& d, Spools& spools) noexcept;

}  // namespace pellucid::tls
