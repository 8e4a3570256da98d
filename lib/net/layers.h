// Layers: the wrappers around a flow's innermost headers, read once when the flow begins. A value type, any thread.
#pragma once
#include "lib/net/row.h"

namespace pellucid::net {

enum class Wrap : std::uint8_t { gre, nvgre, erspan, ipip, sixin4, vxlan, geneve, gtpu, teredo, mpls };
inline constexpr std::string_view kWrapLabels[] = {"gre",   "nvgre",  "erspan", "ipip",   "6in4",
                                                   "vxlan", "geneve", "gtpu",   "teredo", "mpls"};

struct Outer {  // one tunnel
  std::uint8_t src[16];
  std::uint8_t dst[16];
  std::uint16_t sport;  // 0 where the tunnel has no ports
  std::uint16_t dport;
  std::uint8_t proto;   // IP protocol that carried it
  std::uint8_t family;  // 4 or 6
  Wrap type;
  std::uint8_t has_id;
  std::uint32_t id;  // VNI, VSID, TEID, GRE key, ERSPAN session
};

inline constexpr unsigned kMaxTags = 3;    // VLAN tags read (802.1Q, QinQ)
inline constexpr unsigned kMaxOuters = 4;  // tunnels unwrapped; a deeper one is Err::too_long
inline constexpr unsigned kMaxLabels = 4;  // MPLS labels kept (more are skipped, up to kMaxLabelDepth in parse.cc)

struct Layers {
  std::uint16_t tag[kMaxTags];  // VLAN ids, outermost first
  std::uint8_t tags;
  std::uint8_t outers;
  std::uint8_t labels;
  std::uint8_t has_pppoe;
  std::uint16_t pppoe;              // session id
  std::uint32_t label[kMaxLabels];  // MPLS, outermost first
  Outer outer[kMaxOuters];          // outermost first
};

}  // namespace pellucid::net
