// Row: one packet of a burst in one cache line. The source fills the first part, the parser the rest; the worker owns it
// until the next pull. Burst: up to kBurst rows with their keys, filled in place.
#pragma once
#include <type_traits>

#include "lib/base/bytes.h"
#include "lib/base/err.h"
#include "lib/base/id.h"

namespace pellucid::net {

enum class Link : std::uint8_t { ethernet, raw_ip, null, loop, sll, sll2, ppp, unsupported };

// The header in which a parse ended badly: the `protocol` label of parse_errors_total.
enum class Layer : std::uint8_t {
  link,
  vlan,
  mpls,
  pppoe,
  ipv4,
  ipv6,
  tcp,
  udp,
  icmp,
  sctp,
  ipsec,
  gre,
  vxlan,
  geneve,
  gtp,
  teredo,
  kCount
};
inline constexpr std::string_view kLayerLabels[] = {"link", "vlan", "mpls",  "pppoe", "ipv4",  "ipv6",   "tcp", "udp",
                                                    "icmp", "sctp", "ipsec", "gre",   "vxlan", "geneve", "gtp", "teredo"};
static_assert(std::size(kLayerLabels) == static_cast<std::size_t>(Layer::kCount));

// IP protocol numbers (IANA) of what is read.
inline constexpr std::uint8_t kProtoIcmp = 1, kProtoIpv4 = 4, kProtoTcp = 6, kProtoUdp = 17, kProtoIpv6 = 41, kProtoGre = 47,
                              kProtoEsp = 50, kProtoAh = 51, kProtoIcmpv6 = 58, kProtoNone = 59, kProtoSctp = 132;

enum class Fate : std::uint8_t {
  flow,      // belongs to a flow: key, hash and offsets are valid
  non_ip,    // read to its end, but not IP (ARP, LLDP, spanning tree …): counted, nothing more
  fragment,  // an IP fragment; l3 is the offset of the header that is fragmented
  error,     // refused: err and layer say why and where
};

inline constexpr std::uint8_t kRowSwapped = 1;      // the sender is key.b
inline constexpr std::uint8_t kRowV6 = 2;           // innermost network header is IPv6
inline constexpr std::uint8_t kRowTunnelled = 4;    // at least one IP or Ethernet header was unwrapped
inline constexpr std::uint8_t kRowReassembled = 8;  // `frame` is a datagram put together from fragments
inline constexpr std::uint8_t kRowShort = 16;       // captured bytes end before the wire's (snap length)
inline constexpr std::uint8_t kRowFirst = 32;       // made this flow (set by the table)

struct alignas(kLine) Row {
  // filled by the source
  const std::uint8_t* frame;  // captured bytes, valid until the next pull
  std::uint64_t ts_ns;        // capture time, nanoseconds since 1970 UTC
  std::uint32_t len;          // captured bytes at `frame`
  std::uint32_t wire_len;     // bytes on the wire without FCS; of all fragments where reassembled
  std::uint16_t iface;        // which interface of the source
  std::uint16_t frames;       // 1, or how many fragments made this datagram
  Link link;
  // filled by the parser
  Fate fate;
  Err err;
  Layer layer;
  std::uint8_t proto;      // innermost IP protocol number
  std::uint8_t tcp_flags;  // RFC 9293 3.1: FIN 1 SYN 2 RST 4 PSH 8 ACK 16 URG 32 ECE 64 CWR 128
  std::uint8_t flags;      // kRow…
  std::uint8_t icmp_type;
  std::uint16_t l3;           // offset of the innermost network header
  std::uint16_t payload;      // offset of what the transport header carries
  std::uint16_t payload_len;  // bytes there, padding of the frame excluded, never beyond `len`
  std::uint8_t icmp_code;
  std::uint8_t spare;
  std::uint32_t seq;   // TCP
  std::uint32_t tick;  // appliance time for expiry, see lib/engine/clock.h
  // filled by the hash and the table
  std::uint32_t flow;  // index of the flow that it most likely belongs to, kNone
  std::uint64_t hash;

  Bytes bytes() const noexcept { return {frame, len}; }
  Bytes payload_bytes() const noexcept { return {frame + payload, payload_len}; }
  Bytes l3_bytes() const noexcept { return {frame + l3, static_cast<std::size_t>(payload - l3) + payload_len}; }
};
static_assert(sizeof(Row) == kLine && std::is_trivially_copyable_v<Row>);

}  // namespace pellucid::net
