// The words that `protocols` takes: what the IP header tells by its number, and what only the payload tells. Values, any
// thread.
#pragma once
#include <array>

#include "lib/net/row.h"

namespace pellucid::policy {

// What a reader of ours can find in a flow's bytes; bits of a set.
inline constexpr unsigned kContentBits = 4;
inline constexpr std::uint8_t kContentTls = 1, kContentDns = 2, kContentHttp = 4, kContentQuic = 8;

struct Word {
  std::string_view text;
  std::uint8_t value;
};
inline constexpr std::array kTransports{Word{"tcp", net::kProtoTcp},   Word{"udp", net::kProtoUdp},
                                        Word{"icmp", net::kProtoIcmp}, Word{"icmpv6", net::kProtoIcmpv6},
                                        Word{"sctp", net::kProtoSctp}, Word{"gre", net::kProtoGre},
                                        Word{"esp", net::kProtoEsp},   Word{"ah", net::kProtoAh}};
inline constexpr std::array kContents{Word{"tls", kContentTls}, Word{"dns", kContentDns}, Word{"quic", kContentQuic},
                                      Word{"http", kContentHttp}};
static_assert(kContents.size() == kContentBits);

}  // namespace pellucid::policy
