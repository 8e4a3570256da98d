// Tunnels over UDP, and how any tunnel is unwrapped: VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo
// (RFC 4380), GRE (RFC 8086), MPLS (RFC 7510). ESP (RFC 3948) stays a UDP flow: its ports tell clients behind NAT apart.
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

void note_outer(Walk& w, const Tunnel& t) noexcept {
  if (w.layers == nullptr) return;
  Outer& o = w.layers->outer[w.layers->outers++];
  const std::size_t width = w.v6 ? 16 : 4;
  const std::uint8_t* const addresses = w.row.frame + w.l3 + (w.v6 ? 8 : 12);
  std::memset(&o, 0, sizeof o);
  std::memcpy(o.src, addresses, width);
  std::memcpy(o.dst, addresses + width, width);
  o.sport = t.ports.src;
  o.dport = t.ports.dst;
  o.proto = t.proto;
  o.family = w.v6 ? 6 : 4;
  o.type = t.type;
  o.has_id = t.has_id ? 1 : 0;
  o.id = t.id;
}

void read_inside(Walk& w, std::uint16_t inside) noexcept {
  switch (inside) {
    case kTypeBridged:
      return read_ethernet(w);
    case kTypePpp:
      return read_ppp(w);
    default:
      return read_ethertype(w, inside);
  }
}

// The ethertype of an IP packet that begins here, 0 if none does.
std::uint16_t type_by_nibble(const Walk& w, std::uint32_t at) noexcept {
  Cursor in(w.row.bytes().subspan(at, w.end - at));
  const unsigned version = in.u8() >> 4;
  return version == 4 ? kTypeIpv4 : version == 6 ? kTypeIpv6 : std::uint16_t{0};
}

Tunnel over_udp(Wrap type, Layer layer, Ports ports) noexcept {
  Tunnel t{.type = type, .layer = layer, .proto = kProtoUdp, .belief = Belief::guessed, .inside = 0};
  t.ports = ports;
  return t;
}

bool unwrap_mpls(Walk& w, Ports ports) noexcept {
  Tunnel t = over_udp(Wrap::mpls, Layer::mpls, ports);
  t.inside = kTypeMpls;
  t.body = w.at;
  return unwrap(w, t);
}

bool unwrap_vxlan(Walk& w, Ports ports) noexcept {
  Cursor in = w.cursor();
  const std::uint8_t flags = in.u8();
  in.skip(3);
  const std::uint32_t vni = in.u24();
  in.skip(1);
  constexpr std::uint8_t kHasVni = 0x08, kHasGroup = 0x80;  // the second is of the group policy extension
  if (!in.ok() || (flags & ~kHasGroup) != kHasVni) return false;
  note(w, Mark::vxlan, vni);
  Tunnel t = over_udp(Wrap::vxlan, Layer::vxlan, ports);
  t.inside = kTypeBridged;
  t.body = w.at + 8;
  t.has_id = t.id_parts_flows = true;
  t.id = vni;
  return unwrap(w, t);
}

bool unwrap_geneve(Walk& w, Ports ports) noexcept {
  Cursor in = w.cursor();
  const std::uint8_t version = in.u8();
  in.skip(1);
  const std::uint16_t type = in.u16();
  const std::uint32_t vni = in.u24();
  in.skip(1);
  if (in.ok() && version >> 6 == 0) note(w, Mark::geneve, vni);
  in.skip((version & 0x3f) * std::size_t{4});  // options
  if (!in.ok() || version >> 6 != 0) return false;
  Tunnel t = over_udp(Wrap::geneve, Layer::geneve, ports);
  t.inside = type;
  t.body = w.at + static_cast<std::uint32_t>(in.offset());
  t.has_id = t.id_parts_flows = true;
  t.id = vni;
  return unwrap(w, t);
}

bool skip_gtp_extensions(Cursor& in, std::uint8_t next) noexcept {  // TS 29.281 5.2
  for (unsigned i = 0; next != 0; ++i) {
    const std::size_t words = in.u8();
    if (words == 0 || i == kMaxExtensions) return false;
    in.skip(words * 4 - 2);
    next = in.u8();
  }
  return in.ok();
}

constexpr std::uint8_t kGtpVersion1 = 0x30, kGtpVersionMask = 0xf0;  // with the bit that says "not GTP prime"

bool unwrap_gtpu(Walk& w, Ports ports) noexcept {
  Cursor in = w.cursor();
  const std::uint8_t flags = in.u8();
  const std::uint8_t message = in.u8();
  const std::uint16_t length = in.u16();
  const std::uint32_t teid = in.u32();
  constexpr std::uint8_t kExtension = 0x04, kAnyOption = 0x07, kPdu = 255;
  if (!in.ok() || (flags & kGtpVersionMask) != kGtpVersion1 || message != kPdu) return false;
  if (w.bounded && length > in.left()) return false;
  if ((flags & kAnyOption) != 0) {  // sequence, N-PDU number and next extension type are there all three
    in.skip(3);
    const std::uint8_t next = in.u8();
    if ((flags & kExtension) != 0 && !skip_gtp_extensions(in, next)) return false;
  }
  if (!in.ok()) return false;
  const std::uint32_t body = w.at + static_cast<std::uint32_t>(in.offset());
  Tunnel t = over_udp(Wrap::gtpu, Layer::gtp, ports);
  t.inside = type_by_nibble(w, body);
  t.body = body;
  t.has_id = true;
  t.id = teid;
  return t.inside != 0 && unwrap(w, t);
}

// RFC 4380 5.1.1: an authentication and an origin header may stand before the IPv6 packet. The port alone says little, so the
// packet has to fill the datagram to the last octet.
bool unwrap_teredo(Walk& w, Ports ports) noexcept {
  std::uint32_t body = w.at;
  for (unsigned i = 0; i < 2; ++i) {
    Cursor in(w.row.bytes().subspan(body, w.end - body));
    const std::uint16_t indicator = in.u16();
    if (indicator == 1) {
      const std::size_t id = in.u8();
      const std::size_t authentication = in.u8();
      in.skip(id + authentication + 9);  // then a nonce of 8 octets and the confirmation
    } else if (indicator == 0) {
      in.skip(6);
    } else {
      break;
    }
    if (!in.ok()) return false;
    body += static_cast<std::uint32_t>(in.offset());
  }
  Cursor in(w.row.bytes().subspan(body, w.end - body));
  const std::uint32_t version = in.u32() >> 28;
  const std::uint32_t whole = in.u16() + 40u;
  const std::uint32_t left = w.end - body;
  const bool fits = left == whole || (!w.bounded && left < whole);
  if (!in.ok() || version != 6 || !fits) return false;
  Tunnel t = over_udp(Wrap::teredo, Layer::teredo, ports);
  t.inside = kTypeIpv6;
  t.body = body;
  return unwrap(w, t);
}

}  // namespace

bool unwrap(Walk& w, const Tunnel& t) noexcept {
  if (w.outers == kMaxOuters) {
    refuse(w, t.layer, Err::too_long);
    w.final = true;
    return true;
  }
  const Spot before = w;
  Layers layers;
  if (w.layers != nullptr) layers = *w.layers;
  note_outer(w, t);
  ++w.outers;
  w.nested = true;
  w.at = t.body;
  if (t.id_parts_flows) {
    w.space.has_vni = 1;
    w.space.vni = t.id;
  }
  read_inside(w, t.inside);
  const Fate fate = w.row.fate;
  if (fate == Fate::flow || fate == Fate::fragment || w.final) return true;
  if (fate == Fate::error && t.belief == Belief::certain) return true;
  static_cast<Spot&>(w) = before;
  if (w.layers != nullptr) *w.layers = layers;
  w.row.err = Err::none;
  w.row.layer = Layer::link;
  return false;
}

void note_udp(Walk& w, Ports ports) noexcept {
  const auto either = [ports](std::uint16_t port) noexcept { return ports.src == port || ports.dst == port; };
  Cursor in = w.cursor();
  const std::uint32_t first = in.u32();
  const std::uint32_t second = in.u32();
  if (!in.ok()) return;
  constexpr std::uint16_t kGtpUser = 2152, kGtpControl = 2123, kEsp = 4500;
  const bool gtp = either(kGtpUser) || either(kGtpControl);
  if (gtp && (first >> 24 & kGtpVersionMask) == kGtpVersion1) note(w, Mark::gtp, second);
  if (either(kEsp) && first != 0) note(w, Mark::esp, first);  // zero: IKE (RFC 3948 2.2)
}

bool unwrap_udp(Walk& w, Ports ports) noexcept {
  switch (ports.dst) {
    case 4789:
    case 8472:
      return unwrap_vxlan(w, ports);
    case 6081:
      return unwrap_geneve(w, ports);
    case 4754:
      return unwrap_gre(w, over_udp(Wrap::gre, Layer::gre, ports));
    case 6635:
      return unwrap_mpls(w, ports);
    case 3544:
      return unwrap_teredo(w, ports);
    case 2152:
      return unwrap_gtpu(w, ports);
    default:
      return ports.src == 3544 ? unwrap_teredo(w, ports) : unwrap_gtpu(w, ports);
  }
}

}  // namespace pellucid::net
