// GRE and what is made of it: RFC 2784, RFC 2890, NVGRE (RFC 7637), PPTP's version 1 (RFC 2637), ERSPAN types I to III.
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

constexpr std::uint16_t kHasChecksum = 0x8000, kHasRouting = 0x4000, kHasKey = 0x2000, kHasSequence = 0x1000, kHasAck = 0x0080;
constexpr std::uint16_t kTypeErspan2 = 0x88be, kTypeErspan3 = 0x22eb;

struct Head {
  std::uint16_t flags;
  std::uint16_t type;
};

// Something is wrong in the header itself: an error where this is certainly GRE, else it was something else.
bool give_up(Walk& w, const Tunnel& outer, Err err) noexcept {
  if (outer.belief == Belief::guessed) return false;
  refuse(w, Layer::gre, err);
  return true;
}

// A mirrored frame. Type I has no header of its own, which the missing sequence number shows.
bool unwrap_erspan(Walk& w, Cursor& in, Head head, Tunnel t) noexcept {
  t.type = Wrap::erspan;
  t.inside = kTypeBridged;
  if (head.type == kTypeErspan3 || (head.flags & kHasSequence) != 0) {
    const std::uint32_t first = in.u32();
    const unsigned version = first >> 28;
    t.has_id = true;
    t.id = first & 0x3ff;
    in.skip(4);  // type II: a port index; type III: a time stamp
    if (head.type == kTypeErspan3) {
      const std::uint32_t tail = in.u32();
      const unsigned frame_type = tail >> 10 & 0x1f;
      if ((tail & 1) != 0) in.skip(8);  // a platform's own subheader
      if (frame_type == 2) t.inside = 0;
    }
    if (in.ok() && version != (head.type == kTypeErspan3 ? 2u : 1u)) return give_up(w, t, Err::bad_version);
  }
  const Bytes rest = in.rest();
  if (!in.ok() || rest.empty()) return give_up(w, t, Err::truncated);
  if (t.inside == 0) t.inside = rest[0] >> 4 == 6 ? kTypeIpv6 : kTypeIpv4;
  t.body = w.at + static_cast<std::uint32_t>(in.offset());
  return unwrap(w, t);
}

// False: not a tunnel of IP. True: unwrapped or refused.
bool unwrap_gre0(Walk& w, Cursor& in, Head head, Tunnel t) noexcept {
  const std::uint16_t flags = head.flags;
  if ((flags & kHasRouting) != 0) return false;  // RFC 1701's source routes: long dead
  if ((flags & kHasChecksum) != 0) in.skip(4);
  const std::uint32_t key = (flags & kHasKey) != 0 ? in.u32() : 0;
  if ((flags & kHasSequence) != 0) in.skip(4);
  if (!in.ok()) return give_up(w, t, Err::truncated);
  if (head.type == kTypeErspan2 || head.type == kTypeErspan3) return unwrap_erspan(w, in, head, t);
  t.inside = head.type;
  t.body = w.at + static_cast<std::uint32_t>(in.offset());
  t.has_id = (flags & kHasKey) != 0;
  t.id = key;
  if (head.type == kTypeBridged && (flags & (kHasChecksum | kHasKey | kHasSequence)) == kHasKey) {
    t.type = Wrap::nvgre;
    t.id_parts_flows = true;
    t.id = key >> 8;  // the last octet is a hash for equal-cost paths
  }
  if (head.type < 0x0600) return false;
  return unwrap(w, t);
}

bool unwrap_gre1(Walk& w, Cursor& in, Head head, Tunnel t) noexcept {
  if (head.type != kTypePpp || (head.flags & kHasKey) == 0) return false;
  const std::uint16_t length = in.u16();
  const std::uint16_t call = in.u16();
  if ((head.flags & kHasSequence) != 0) in.skip(4);
  if ((head.flags & kHasAck) != 0) in.skip(4);
  if (!in.ok()) return give_up(w, t, Err::truncated);
  if (length == 0 || (head.flags & kHasSequence) == 0) return false;  // an acknowledgement, nothing else
  t.inside = kTypePpp;
  t.body = w.at + static_cast<std::uint32_t>(in.offset());
  t.has_id = true;
  t.id = call;
  return unwrap(w, t);
}

}  // namespace

bool unwrap_gre(Walk& w, const Tunnel& outer) noexcept {
  Cursor in = w.cursor();
  Head head;
  head.flags = in.u16();
  head.type = in.u16();
  if (!in.ok()) return give_up(w, outer, Err::truncated);
  const unsigned version = head.flags & 7;
  if (version <= 1 || outer.belief == Belief::certain) note(w, Mark::gre, head.type);
  if (version > 1) return give_up(w, outer, Err::bad_version);
  return version == 0 ? unwrap_gre0(w, in, head, outer) : unwrap_gre1(w, in, head, outer);
}

void read_gre(Walk& w) noexcept {
  const Tunnel outer{.type = Wrap::gre, .layer = Layer::gre, .proto = kProtoGre, .belief = Belief::certain, .inside = 0};
  if (unwrap_gre(w, outer)) return;
  make_flow(w, kProtoGre, {}, Swap::with_addresses, w.at);
}

}  // namespace pellucid::net
