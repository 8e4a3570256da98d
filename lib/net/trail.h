// Trail: every identifier in one packet's headers, in the order of the wire, whatever came of the packet then. For tools that
// show or count what was read; no flow keeps one, and a worker never asks for it. A value type, any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace pellucid::net {

// vlan: the id. mpls: the label. pppoe: the session. gre: the protocol type. vxlan, geneve: the VNI. gtp: the TEID of any
// message, control too. esp: the SPI, over IP or UDP. ah: the SPI.
enum class Mark : std::uint8_t { vlan, mpls, pppoe, gre, vxlan, geneve, gtp, esp, ah };
inline constexpr std::string_view kMarkLabels[] = {"vlan", "mpls", "pppoe", "gre", "vxlan", "geneve", "gtp", "esp", "ah"};

inline constexpr unsigned kMaxMarks = 32;  // kept of one packet; more are not noted

struct Trail {
  struct Step {
    Mark mark;
    std::uint32_t id;
  };
  std::uint32_t size = 0;
  Step step[kMaxMarks];
};

}  // namespace pellucid::net
