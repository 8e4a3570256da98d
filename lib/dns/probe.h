// Probe for DNS by content: is this datagram, or the beginning of this TCP direction, a DNS message? Strict everywhere but on
// DNS, mDNS and LLMNR's own ports, so that other traffic is practically never taken for it. Pure; any thread.
#pragma once
#include "lib/base/bytes.h"
#include "lib/base/probe.h"

namespace pellucid::dns {

struct Ports {
  std::uint16_t sport;
  std::uint16_t dport;
};

inline constexpr std::uint16_t kPortDns = 53, kPortMdns = 5353, kPortLlmnr = 5355, kPortNetbios = 137;

// A datagram is whole or cut, so there is never more to wait for: yes or no.
Probe probe(Bytes datagram, Ports ports) noexcept;

// The first bytes of a direction, two-octet length in front (RFC 1035 4.2.2). Unsure for at most kMaxUnsure bytes.
inline constexpr std::size_t kMaxUnsure = 2 + 12 + 255 + 4;
Probe probe_stream(Bytes first, Ports ports) noexcept;

}  // namespace pellucid::dns
