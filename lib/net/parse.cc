#include "lib/net/parse.h"

#include <algorithm>

#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

// Offset and length of what is carried; false if the offset does not fit a row.
bool place_payload(Walk& w, std::uint32_t payload) noexcept {
  if (payload > 0xffff) {
    refuse(w, w.v6 ? Layer::ipv6 : Layer::ipv4, Err::too_long);
    return false;
  }
  w.row.l3 = static_cast<std::uint16_t>(w.l3);
  w.row.payload = static_cast<std::uint16_t>(payload);
  w.row.payload_len = static_cast<std::uint16_t>(std::min<std::uint32_t>(w.end - payload, 0xffff));
  return true;
}

// Writes both addresses into the key, the smaller one first; true if that is not the order on the wire. `falling` decides where
// they are equal.
template <std::size_t kWidth>
bool order_addresses(Walk& w, std::uint32_t offset, bool falling) noexcept {
  const Bytes both = w.row.bytes().subspan(w.l3 + offset, 2 * kWidth);
  Cursor in(both);
  const std::uint64_t src[2] = {kWidth == 4 ? in.u32() : in.u64(), kWidth == 4 ? 0 : in.u64()};
  const std::uint64_t dst[2] = {kWidth == 4 ? in.u32() : in.u64(), kWidth == 4 ? 0 : in.u64()};
  const bool swapped = src[0] != dst[0] ? src[0] > dst[0] : src[1] != dst[1] ? src[1] > dst[1] : falling;
  const std::size_t first = swapped ? kWidth : 0;
  if (kWidth < 16) {
    std::memset(w.key.a, 0, sizeof w.key.a);
    std::memset(w.key.b, 0, sizeof w.key.b);
  }
  std::memcpy(w.key.a, both.data() + first, kWidth);
  std::memcpy(w.key.b, both.data() + (kWidth - first), kWidth);
  return swapped;
}

}  // namespace

void refuse(Walk& w, Layer layer, Err err) noexcept {
  w.row.fate = Fate::error;
  w.row.layer = layer;
  w.row.err = err;
}

bool bound(Walk& w, Layer layer, std::uint32_t header, std::uint32_t announced) noexcept {
  if (announced == 0 || w.at < w.trusted) return true;
  if (announced < header) {
    refuse(w, layer, Err::bad_length);
    return false;
  }
  if (announced <= w.end - w.at) {
    w.end = w.at + announced;
    w.bounded = true;
    return true;
  }
  if (w.bounded) {
    refuse(w, layer, Err::bad_length);
    return false;
  }
  w.cut = true;
  return true;
}

bool make_flow(Walk& w, std::uint8_t proto, Ports ports, Swap swap, std::uint32_t payload) noexcept {
  if (!place_payload(w, payload)) return false;
  Key& key = w.key;
  const bool by_port = swap == Swap::with_addresses;
  const bool falling = by_port && ports.src > ports.dst;  // what decides between equal addresses
  const bool swapped = w.v6 ? order_addresses<16>(w, 8, falling) : order_addresses<4>(w, 12, falling);
  key.port_a = swapped && by_port ? ports.dst : ports.src;
  key.port_b = swapped && by_port ? ports.src : ports.dst;
  key.proto = proto;
  key.family = w.v6 ? 6 : 4;
  key.zero = 0;
  key.space = space_of(w.space);
  w.row.proto = proto;
  if (swapped) w.row.flags |= kRowSwapped;
  w.row.fate = Fate::flow;
  return true;
}

void make_fragment(Walk& w, std::uint8_t proto, std::uint32_t payload) noexcept {
  if (!place_payload(w, payload)) return;
  w.row.proto = proto;
  w.row.hash = space_of(w.space);
  w.row.fate = Fate::fragment;
}

namespace {

[[gnu::noinline]] void read_all(Row& row, Key& key, const ParseOptions& options, Notes notes) noexcept {
  Walk w(row, key, notes, options);
  row.flags &= kRowReassembled | kRowShort;
  row.fate = Fate::non_ip;
  row.err = Err::none;
  row.layer = Layer::link;
  row.proto = row.tcp_flags = row.icmp_type = row.icmp_code = 0;
  row.l3 = row.payload = row.payload_len = 0;
  row.seq = 0;
  if (notes.layers != nullptr) *notes.layers = {};
  if (notes.trail != nullptr) notes.trail->size = 0;
  if (row.link == Link::ethernet) {
    read_ethernet(w);
  } else {
    read_link(w);
  }
  if (w.is_short()) row.flags |= kRowShort;
  if (w.v6) row.flags |= kRowV6;
  if (w.nested) row.flags |= kRowTunnelled;
}

// What of a common packet is not where it always is.
struct Common {
  Ports ports;
  std::uint32_t seq;
  std::uint16_t payload;
  std::uint16_t payload_len;
  std::uint8_t proto;
  std::uint8_t tcp_flags;
  bool swapped;
};

// The common packet in one straight line: Ethernet, IPv4 without options or fragments, TCP or UDP that is no tunnel, all of it
// there. False: the readers have to look. They are its plain twin: with `layers` they always read, and a fuzz target compares.
bool read_common(const Row& row, Common& out) noexcept {
  constexpr std::uint32_t kHeaders = 14 + 20 + 20;
  if (row.link != Link::ethernet || row.len < kHeaders || (row.flags & kRowReassembled) != 0) return false;
  Cursor in(Bytes(row.frame, kHeaders));
  in.skip(12);
  const std::uint32_t type_and_version = in.u32() >> 8;
  const std::uint32_t total = in.u16();
  in.skip(2);
  const std::uint32_t place = in.u16() & 0x3fffu;
  in.skip(1);
  out.proto = in.u8();
  in.skip(2);
  const std::uint32_t src = in.u32();
  const std::uint32_t dst = in.u32();
  out.ports.src = in.u16();
  out.ports.dst = in.u16();
  out.seq = in.u32();  // UDP: length and checksum
  in.skip(4);
  std::uint32_t header = (in.u8() >> 4) * 4u;
  out.tcp_flags = in.u8();
  if (type_and_version != 0x080045 || place != 0 || total < 20 || total > row.len - 14) return false;
  std::uint32_t length = total - 20;
  std::uint32_t least = 20;
  if (out.proto != kProtoTcp) {
    const std::uint32_t announced = out.seq >> 16;
    if (out.proto != kProtoUdp || announced > length || may_be_udp_tunnel(out.ports)) return false;
    length = announced;
    least = header = 8;
    out.seq = out.tcp_flags = 0;
  }
  if (header < least || header > length) return false;
  out.payload = static_cast<std::uint16_t>(34 + header);
  out.payload_len = static_cast<std::uint16_t>(length - header);
  out.swapped = src > dst || (src == dst && out.ports.src > out.ports.dst);
  return true;
}

void write_common(Row& row, Key& key, const Common& c) noexcept {
  const unsigned flags = (row.flags & kRowShort) | (c.swapped ? kRowSwapped : 0u) | (row.len < row.wire_len ? kRowShort : 0u);
  row.fate = Fate::flow;
  row.err = Err::none;
  row.layer = Layer::link;
  row.proto = c.proto;
  row.tcp_flags = c.tcp_flags;
  row.flags = static_cast<std::uint8_t>(flags);
  row.icmp_type = row.icmp_code = 0;
  row.l3 = 14;
  row.payload = c.payload;
  row.payload_len = c.payload_len;
  row.seq = c.seq;
  std::memset(key.a, 0, sizeof key.a);
  std::memset(key.b, 0, sizeof key.b);
  std::memcpy(key.a, row.frame + (c.swapped ? 30 : 26), 4);
  std::memcpy(key.b, row.frame + (c.swapped ? 26 : 30), 4);
  key.port_a = c.swapped ? c.ports.dst : c.ports.src;
  key.port_b = c.swapped ? c.ports.src : c.ports.dst;
  key.proto = c.proto;
  key.family = 4;
  key.zero = 0;
  key.space = 0;
}

}  // namespace

void read_headers(Row& row, Key& key, const ParseOptions& options, Layers* layers) noexcept {
  Common common;
  if (layers == nullptr && read_common(row, common)) return write_common(row, key, common);
  read_all(row, key, options, {layers, nullptr});
}

void trace_headers(Row& row, Key& key, const ParseOptions& options, Layers& layers, Trail& trail) noexcept {
  read_all(row, key, options, {&layers, &trail});
}

}  // namespace pellucid::net
