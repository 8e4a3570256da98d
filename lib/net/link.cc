// Link headers: Ethernet with its tags, LLC, and the link types that captures have instead of it.
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

enum class Tag : std::uint8_t { none, vlan, port };

constexpr Tag tag_of(std::uint16_t type) noexcept {
  switch (type) {
    case 0x8100:  // IEEE 802.1Q
    case 0x88a8:  // IEEE 802.1ad
    case 0x9100:  // what came before it
    case 0x9200:
      return Tag::vlan;
    case 0x8926:  // VN-tag: which port of an extended bridge, 4 octets
    case 0x893f:  // IEEE 802.1BR E-tag, 6 octets
      return Tag::port;
    default:
      return Tag::none;
  }
}

void note_tag(Walk& w, std::uint16_t id) noexcept {
  if (!w.options.ignore_vlan && w.space.tags < kMaxTags) w.space.tag[w.space.tags++] = id;
  note(w, Mark::vlan, id);
  if (w.layers != nullptr && w.layers->tags < kMaxTags) w.layers->tag[w.layers->tags++] = id;
}

void read_tags(Walk& w, std::uint16_t type) noexcept {
  unsigned vlans = 0;
  unsigned ports = 0;
  for (Tag tag = tag_of(type); tag != Tag::none; tag = tag_of(type)) {
    unsigned& seen = tag == Tag::vlan ? vlans : ports;
    if (++seen > kMaxTags) return refuse(w, Layer::vlan, Err::too_long);
    Cursor in = w.cursor();
    const std::uint16_t control = in.u16();
    if (tag == Tag::port) in.skip(type == 0x8926 ? 2 : 4);
    type = in.u16();
    if (!in.ok()) return refuse(w, Layer::vlan, Err::truncated);
    w.at += static_cast<std::uint32_t>(in.offset());
    if (tag == Tag::vlan) note_tag(w, control & 0xfff);
  }
  read_ethertype(w, type);
}

// IEEE 802.2 with or without the length before it. Only SNAP is known to carry IP (RFC 1042).
void read_llc(Walk& w, std::uint16_t length) noexcept {
  if (!bound(w, Layer::link, 0, length)) return;
  Cursor in = w.cursor();
  const std::uint32_t sap = in.u24();
  const std::uint32_t owner = in.u24();
  const std::uint16_t type = in.u16();
  if (!in.ok() || sap != 0xaaaa03 || owner != 0 || (type != kTypeIpv4 && type != kTypeIpv6)) return pass_over(w);
  w.at += static_cast<std::uint32_t>(in.offset());
  read_ethertype(w, type);
}

// BSD's loopback: an address family of the host that captured, in that host's byte order.
void read_family(Walk& w) noexcept {
  Cursor in = w.cursor();
  std::uint32_t family = in.u32();
  if (!in.ok()) return refuse(w, Layer::link, Err::truncated);
  if (family > 0xffff) family = (family >> 24) | (family >> 8 & 0xff00);
  w.at += 4;
  switch (family) {
    case 2:
      return read_ipv4(w);
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // Darwin
      return read_ipv6(w);
    default:
      return pass_over(w);
  }
}

// Linux "cooked" captures, both versions; the protocol is an ethertype, or a small number of Linux's own.
void read_cooked(Walk& w) noexcept {
  Cursor in = w.cursor();
  std::uint16_t hardware = 0;
  std::uint16_t type = 0;
  if (w.row.link == Link::sll) {
    in.skip(2);
    hardware = in.u16();
    in.skip(10);
    type = in.u16();
  } else {
    type = in.u16();
    in.skip(6);
    hardware = in.u16();
    in.skip(10);
  }
  if (!in.ok()) return refuse(w, Layer::link, Err::truncated);
  w.at += static_cast<std::uint32_t>(in.offset());
  constexpr std::uint16_t kNetlink = 824;
  constexpr std::uint16_t kLlc = 4;
  if (hardware == kNetlink) return pass_over(w);
  if (type == kLlc) return read_llc(w, 0);
  if (type < 0x0600) return pass_over(w);
  read_ethertype(w, type);
}

// Cisco's FabricPath: a whole Ethernet frame behind two octets of tag and lifetime.
void read_fabric_path(Walk& w) noexcept {
  if (!w.has(2)) return refuse(w, Layer::link, Err::truncated);
  w.at += 2;
  w.nested = true;
  read_ethernet(w);
}

}  // namespace

void read_ethernet(Walk& w) noexcept {
  if (++w.frames > kMaxFrames) return refuse(w, Layer::link, Err::too_long);
  if (!w.has(14)) return refuse(w, Layer::link, Err::truncated);
  Cursor in = w.header<14>();
  in.skip(12);
  const std::uint16_t type = in.u16();
  w.at += 14;
  if (type == kTypeIpv4) return read_ipv4(w);
  read_ethertype(w, type);
}

void read_ethertype(Walk& w, std::uint16_t type) noexcept {
  switch (type) {
    case kTypeIpv4:
      return read_ipv4(w);
    case kTypeIpv6:
      return read_ipv6(w);
    case kTypeMpls:
    case 0x8848:
      return read_mpls(w);
    case 0x8863:
      return read_discovery(w);
    case 0x8864:
      return read_pppoe(w);
    case 0x8903:
      return read_fabric_path(w);
    default:
      break;
  }
  if (tag_of(type) != Tag::none) return read_tags(w, type);
  if (type < 0x0600) return read_llc(w, type);
  pass_over(w);
}

void read_link(Walk& w) noexcept {
  switch (w.row.link) {
    case Link::ethernet:
      return read_ethernet(w);
    case Link::raw_ip:
      return read_version(w);
    case Link::null:
    case Link::loop:
      return read_family(w);
    case Link::sll:
    case Link::sll2:
      return read_cooked(w);
    case Link::ppp:
      return read_ppp(w);
    case Link::unsupported:
      break;
  }
  refuse(w, Layer::link, Err::unsupported);
}

}  // namespace pellucid::net
