// Space: the VLAN tags and the VNI that part flows with equal addresses, packed into Key::space. A value type, any thread.
#pragma once
#include "lib/net/layers.h"

namespace pellucid::net {

struct Space {
  std::uint16_t tag[kMaxTags];  // VLAN ids in the order of the wire, of outer and inner frames: the first three seen
  std::uint8_t tags;
  std::uint8_t has_vni;
  std::uint32_t vni;  // of the innermost VXLAN or Geneve, or the VSID of NVGRE
};

// Bits 0-11, 12-23 and 24-35: the tags, outermost lowest, 0 for none. Bits 36-59: the VNI. Bit 60: there is a VNI, so that VNI
// 0 is not "none". Bits 61-63: zero. VLAN id 0 is a priority tag and names no VLAN (IEEE 802.1Q 9.6): it is not counted, or a
// host that sets priorities in one direction only would have two flows.
constexpr std::uint64_t space_of(const Space& s) noexcept {
  std::uint64_t packed = 0;
  unsigned shift = 0;
  for (unsigned i = 0; i < s.tags; ++i) {
    if (s.tag[i] == 0) continue;
    packed |= std::uint64_t{s.tag[i]} << shift;
    shift += 12;
  }
  if (s.has_vni != 0) packed |= std::uint64_t{1} << 60 | std::uint64_t{s.vni} << 36;
  return packed;
}

}  // namespace pellucid::net
