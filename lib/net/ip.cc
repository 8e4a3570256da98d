// IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200 4).
#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

constexpr std::uint8_t kFragment = 44;

constexpr bool is_extension(std::uint8_t next) noexcept {
  switch (next) {
    case 0:   // hop-by-hop options
    case 43:  // routing
    case kFragment:
    case 60:   // destination options
    case 135:  // mobility, RFC 6275
    case 139:  // host identity, RFC 7401
    case 140:  // shim6, RFC 5533
      return true;
    default:
      return false;
  }
}

// Mobility, HIP and shim6 are messages of their own where nothing follows them.
constexpr bool is_message(std::uint8_t type, std::uint8_t next) noexcept { return type >= 135 && next == kProtoNone; }

// Whether the IP header announces more than was captured. Such a fragment can never be joined with others, so the first one is
// read for what it holds; the datagram's other fragments still wait for one that is whole.
enum class Extent : std::uint8_t { whole, torn };
Extent extent_of(const Walk& w, std::uint32_t announced) noexcept {
  return announced > w.end - w.l3 ? Extent::torn : Extent::whole;
}

void read_extensions(Walk& w, std::uint8_t next, Extent extent) noexcept {
  for (unsigned i = 0; i < kMaxExtensions; ++i) {
    Cursor in = w.cursor();
    const std::uint8_t type = next;
    next = in.u8();
    const std::uint8_t eights = in.u8();
    const std::uint16_t place = in.u16();
    in.skip(4);
    if (type != kFragment) in.skip(std::size_t{eights} * 8);
    if (!in.ok()) return refuse(w, Layer::ipv6, Err::truncated);
    if (is_message(type, next)) return read_transport(w, type);
    w.at += static_cast<std::uint32_t>(in.offset());
    constexpr std::uint16_t kOffset = 0xfff8;
    constexpr std::uint16_t kOffsetOrMore = 0xfff9;  // RFC 6946: with neither, the datagram is whole
    const bool first = (place & kOffset) == 0;
    const bool waits = (place & kOffsetOrMore) != 0 && !(first && extent == Extent::torn);
    if (type == kFragment && waits) return make_fragment(w, next, w.at);
    if (!is_extension(next)) return read_transport(w, next);
  }
  refuse(w, Layer::ipv6, Err::too_long);
}

}  // namespace

void read_ipv4(Walk& w) noexcept {
  if (!w.has(20)) return refuse(w, Layer::ipv4, Err::truncated);
  Cursor in = w.header<20>();
  const std::uint8_t version = in.u8();
  in.skip(1);
  const std::uint16_t total = in.u16();
  in.skip(2);
  const std::uint16_t place = in.u16();
  in.skip(1);
  const std::uint8_t proto = in.u8();
  if (version >> 4 != 4) return refuse(w, Layer::ipv4, Err::bad_version);
  const std::uint32_t header = (version & 15u) * 4;
  if (header < 20) return refuse(w, Layer::ipv4, Err::bad_length);
  if (!bound(w, Layer::ipv4, header, total)) return;
  if (header > w.end - w.at) return refuse(w, Layer::ipv4, Err::truncated);
  w.l3 = w.at;
  w.v6 = false;
  w.at += header;
  constexpr std::uint16_t kOffset = 0x1fff;
  constexpr std::uint16_t kOffsetOrMore = 0x3fff;
  const bool first = (place & kOffset) == 0;
  const bool waits = (place & kOffsetOrMore) != 0 && !(first && extent_of(w, total) == Extent::torn);
  if (waits) return make_fragment(w, proto, w.at);
  read_transport(w, proto);
}

void read_ipv6(Walk& w) noexcept {
  if (!w.has(40)) return refuse(w, Layer::ipv6, Err::truncated);
  Cursor in = w.header<40>();
  const std::uint8_t version = in.u8();
  in.skip(3);
  const std::uint16_t length = in.u16();
  const std::uint8_t next = in.u8();
  if (version >> 4 != 6) return refuse(w, Layer::ipv6, Err::bad_version);
  if (!bound(w, Layer::ipv6, 40, length == 0 ? 0 : length + 40u)) return;
  w.l3 = w.at;
  w.v6 = true;
  w.at += 40;
  if (is_extension(next)) return read_extensions(w, next, extent_of(w, length == 0 ? 0 : length + 40u));
  read_transport(w, next);
}

void read_version(Walk& w) noexcept {
  Cursor in = w.cursor();
  const std::uint8_t first = in.u8();
  if (!in.ok()) return refuse(w, Layer::link, Err::truncated);
  if (first >> 4 == 6) return read_ipv6(w);
  read_ipv4(w);
}

}  // namespace pellucid::net
