// What stands between link and network: MPLS label stacks (RFC 3032), PPPoE sessions (RFC 2516) and PPP (RFC 1661).
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

// A pseudo-wire says nowhere what it carries (RFC 4448), so it is believed to be Ethernet only if that leads to IP.
void guess_ethernet(Walk& w) noexcept {
  const Spot before = w;
  Layers layers;
  if (w.layers != nullptr) layers = *w.layers;
  const std::uint32_t marks = w.trail != nullptr ? w.trail->size : 0;
  w.nested = true;
  read_ethernet(w);
  if (w.row.fate == Fate::flow || w.row.fate == Fate::fragment || w.final) return;
  static_cast<Spot&>(w) = before;
  if (w.layers != nullptr) *w.layers = layers;
  if (w.trail != nullptr) w.trail->size = marks;  // nothing but the guess says that there are headers at all
  w.row.err = Err::none;
  w.row.layer = Layer::link;
  pass_over(w);
}

}  // namespace

void read_mpls(Walk& w) noexcept {
  Cursor in = w.cursor();
  bool bottom = false;
  for (unsigned i = 0; !bottom; ++i) {
    if (i == kMaxLabelDepth) return refuse(w, Layer::mpls, Err::too_long);
    const std::uint32_t entry = in.u32();
    if (!in.ok()) return refuse(w, Layer::mpls, Err::truncated);
    bottom = (entry & 0x100) != 0;
    note(w, Mark::mpls, entry >> 12);
    if (w.layers != nullptr && w.layers->labels < kMaxLabels) w.layers->label[w.layers->labels++] = entry >> 12;
  }
  w.at += static_cast<std::uint32_t>(in.offset());
  const std::uint8_t first = in.u8();
  if (!in.ok()) return refuse(w, Layer::mpls, Err::truncated);
  if (first >> 4 == 4) return read_ipv4(w);
  if (first >> 4 == 6) return read_ipv6(w);
  if (first >> 4 == 0 && w.end - w.at > 4) {  // RFC 4385 3: a control word begins with a zero nibble
    w.at += 4;
    guess_ethernet(w);
    if (w.row.fate != Fate::non_ip) return;
    w.at -= 4;
  }
  guess_ethernet(w);
}

void read_pppoe(Walk& w) noexcept {
  Cursor in = w.cursor();
  const std::uint8_t version = in.u8();
  const std::uint8_t code = in.u8();
  const std::uint16_t session = in.u16();
  const std::uint16_t length = in.u16();
  if (!in.ok()) return refuse(w, Layer::pppoe, Err::truncated);
  note(w, Mark::pppoe, session);
  if (version != 0x11) return refuse(w, Layer::pppoe, Err::bad_version);
  if (code != 0) return refuse(w, Layer::pppoe, Err::bad_type);
  w.at += 6;
  if (!bound(w, Layer::pppoe, 2, length)) return;
  if (w.layers != nullptr) {
    w.layers->has_pppoe = 1;
    w.layers->pppoe = session;
  }
  read_ppp(w);
}

void read_discovery(Walk& w) noexcept {  // RFC 2516 5: the session is zero until the last of its messages gives it
  Cursor in = w.cursor();
  in.skip(2);
  const std::uint16_t session = in.u16();
  if (in.ok()) note(w, Mark::pppoe, session);
  pass_over(w);
}

void read_ppp(Walk& w) noexcept {
  Cursor in = w.cursor();
  std::uint32_t protocol = in.u8();
  if (protocol == 0xff) {  // RFC 1662 3.1: address and control may be left out
    in.skip(1);
    protocol = in.u8();
  }
  if ((protocol & 1) == 0) protocol = protocol << 8 | in.u8();  // RFC 1661 6.5: a compressed field is one odd octet
  if (!in.ok()) return refuse(w, Layer::pppoe, Err::truncated);
  w.at += static_cast<std::uint32_t>(in.offset());
  switch (protocol) {
    case 0x21:
      return read_ipv4(w);
    case 0x57:
      return read_ipv6(w);
    case 0x281:
    case 0x283:
      return read_mpls(w);
    default:
      return pass_over(w);
  }
}

}  // namespace pellucid::net
