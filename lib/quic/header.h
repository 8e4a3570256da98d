// Header: the part of a packet that everybody can read (RFC 8999, RFC 9000 17), and whether a datagram is QUIC at all. Pure
// functions over the caller's bytes, any thread.
#pragma once
#include "lib/base/probe.h"
#include "lib/base/result.h"
#include "lib/quic/version.h"

namespace pellucid::quic {

inline constexpr std::size_t kMaxId = 20;       // octets of a connection id in the versions that are read
inline constexpr std::size_t kMaxPackets = 16;  // of a datagram; what comes after them is not looked at
inline constexpr std::size_t kRetryTag = 16;    // octets of a Retry's integrity tag

enum class Type : std::uint8_t {
  initial,
  early,  // 0-RTT
  handshake,
  retry,
  negotiation,
  unread,  // a long header of a version that is not known: its ids can be read, no more
  ending,  // a short header: the rest of the datagram
};

struct Packet {
  Type type;
  std::uint32_t version;  // 0 where it has none
  Bytes dcid, scid;       // empty where the header is short: how long they are is not written there
  Bytes token;            // of an Initial or a Retry
  Bytes versions;         // negotiation: four octets each
  Bytes whole;            // up to where the next packet begins
  std::size_t number_at;  // where the protected packet number begins, in `whole`
};

// The packet that the datagram begins with. not_mine: neither form fits; bad_length: an id or a length that cannot be.
Result<Packet> read_packet(Bytes datagram) noexcept;

// Whether the first datagram of a flow, in either direction, begins a connection.
Probe probe_long(Bytes datagram) noexcept;
inline Probe probe(Bytes datagram) noexcept {
  // Two instructions for what is not QUIC: long headers have their first bit set, Google's public ones the version's.
  const std::uint8_t first = datagram.empty() ? std::uint8_t{0} : datagram[0];
  return (first & 0x80) != 0 || (first & 0xcb) == 0x09 ? probe_long(datagram) : Probe::no;
}

}  // namespace pellucid::quic
