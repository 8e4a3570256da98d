// GRE and what is made of it: RFC 2784, RFC 2890, NVGRE (RFC 7637), PPTP's version 1 (RFC 2637), ERSPAN types I to III.
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

constexpr std::uint16_t kHasChecksum = 0x8000, kHasRouting = 0x4000, kHasKey = 0x2000, kHasSequence = 0x1000, kHasAck = 0x0080;
constexpr std::uint16_t kTypeErspan2 = 0x88be, kTypeErspan3 = 0x22eb;

Tunnel over_gre(Wrap type, std::uint16_t inside, std::uint32_t body) noexcept {
  Tunnel t{.type = type, .layer = Layer::gre, .proto = kProtoGre, .belief = Belief::certain, .inside = inside};
  t.body = body;
  return t;
}

// A mirrored frame. Type I has no header of its own, which the missing sequence number shows.
bool unwrap_erspan(Walk& w, Cursor& in, std::uint16_t flags, std::uint16_t type) noexcept {
  Tunnel t = over_gre(Wrap::erspan, kTypeBridged, 0);
  if (type == kTypeErspan3 || (flags & kHasSequence) != 0) {
    const std::uint32_t head = in.u32();
    const unsigned version = head >> 28;
    t.has_id = true;
    t.id = head & 0x3ff;
    in.skip(4);  // type II: a port index; type III: a time stamp
    if (type == kTypeErspan3) {
      const std::uint32_t tail = in.u32();
      const unsigned frame_type = tail >> 10 & 0x1f;
      if ((tail & 1) != 0) in.skip(8);  // a platform's own subheader
      if (frame_type == 2) t.inside = 0;
    }
    if (in.ok() && version != (type == kTypeErspan3 ? 2u : 1u)) {
      refuse(w, Layer::gre, Err::bad_version);
      return true;
    }
  }
  const Bytes rest = in.rest();
  if (!in.ok() || rest.empty()) {
    refuse(w, Layer::gre, Err::truncated);
    return true;
  }
  if (t.inside == 0) t.inside = rest[0] >> 4 == 6 ? kTypeIpv6 : kTypeIpv4;
  t.body = w.at + static_cast<std::uint32_t>(in.offset());
  return unwrap(w, t);
}

// False: not a tunnel of IP. True: unwrapped or refused.
bool unwrap_gre0(Walk& w, Cursor& in, std::uint16_t flags, std::uint16_t type) noexcept {
  if ((flags & kHasRouting) != 0) return false;  // RFC 1701's source routes: long dead
  if ((flags & kHasChecksum) != 0) in.skip(4);
  const std::uint32_t key = (flags & kHasKey) != 0 ? in.u32() : 0;
  if ((flags & kHasSequence) != 0) in.skip(4);
  if (!in.ok()) {
    refuse(w, Layer::gre, Err::truncated);
    return true;
  }
  if (type == kTypeErspan2 || type == kTypeErspan3) return unwrap_erspan(w, in, flags, type);
  Tunnel t = over_gre(Wrap::gre, type, w.at + static_cast<std::uint32_t>(in.offset()));
  t.has_id = (flags & kHasKey) != 0;
  t.id = key;
  if (type == kTypeBridged && (flags & (kHasChecksum | kHasKey | kHasSequence)) == kHasKey) {
    t.type = Wrap::nvgre;
    t.id_parts_flows = true;
    t.id = key >> 8;  // the last octet is a hash for equal-cost paths
  }
  if (type < 0x0600) return false;
  return unwrap(w, t);
}

bool unwrap_gre1(Walk& w, Cursor& in, std::uint16_t flags, std::uint16_t type) noexcept {
  if (type != kTypePpp || (flags & kHasKey) == 0) return false;
  const std::uint16_t length = in.u16();
  const std::uint16_t call = in.u16();
  if ((flags & kHasSequence) != 0) in.skip(4);
  if ((flags & kHasAck) != 0) in.skip(4);
  if (!in.ok()) {
    refuse(w, Layer::gre, Err::truncated);
    return true;
  }
  if (length == 0 || (flags & kHasSequence) == 0) return false;  // an acknowledgement, nothing else
  Tunnel t = over_gre(Wrap::gre, kTypePpp, w.at + static_cast<std::uint32_t>(in.offset()));
  t.has_id = true;
  t.id = call;
  return unwrap(w, t);
}

}  // namespace

void read_gre(Walk& w) noexcept {
  Cursor in = w.cursor();
  const std::uint16_t flags = in.u16();
  const std::uint16_t type = in.u16();
  if (!in.ok()) return refuse(w, Layer::gre, Err::truncated);
  const unsigned version = flags & 7;
  if (version > 1) return refuse(w, Layer::gre, Err::bad_version);
  if (version == 0 ? unwrap_gre0(w, in, flags, type) : unwrap_gre1(w, in, flags, type)) return;
  make_flow(w, kProtoGre, {}, Swap::with_addresses, w.at);
}

}  // namespace pellucid::net
