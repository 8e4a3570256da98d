// Frags over a list of fragments. Each is nine octets: what it is, its id, place, length, content and how long it took to come;
// or a frame of raw IP as it stands. The laws hold after each, and what comes out is a sound datagram.
#include <vector>

#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/net/frag.h"
#include "lib/net/parse.h"
#include "test/unit/net/build.h"

namespace {

using namespace pellucid;

constexpr std::uint8_t kRaw = 1, kSix = 2, kMore = 4, kWrapped = 8;
constexpr unsigned kMaxRecords = 400;

build::Octets make_frame(Cursor& in) {
  const std::uint8_t what = in.u8();
  if ((what & kRaw) != 0) {
    const Bytes raw = in.take8();
    return {raw.begin(), raw.end()};
  }
  const std::uint8_t id = in.u8() % 4;
  const std::uint16_t eights = in.u16() & 0x1fff;
  const std::uint16_t length = in.u16() % 3000;
  const bool more = (what & kMore) != 0;
  const build::Segment s{in.u8(), build::Octets(length, in.u8())};
  const auto place = static_cast<std::uint16_t>(eights | (more ? 0x2000u : 0u));
  build::Part ip = (what & kSix) != 0 ? build::ip6({}, build::fragment6(id, std::size_t{eights} * 8, more, s))
                                      : build::ip4({.id = id, .place = place}, s);
  if ((what & kWrapped) != 0) ip = build::ip4({.src = "10.0.0.1"}, build::gre(ip));
  return ip.bytes;
}

void check_laws(const net::Frags& frags, std::uint64_t given) {
  const net::FragStats& s = frags.stats();
  CHECK(given == s.held + s.refused);
  CHECK(s.held == s.joined + s.timed_out + s.evicted + s.refused_after_held + frags.pending());
}

void check_datagram(const net::Row& row) {
  CHECK((row.flags & net::kRowReassembled) != 0 && row.frames >= 1 && row.frame[row.l3] != 0);
  if (row.frame[row.l3] >> 4 != 4) return;
  Cursor in(row.bytes().subspan(row.l3));
  const std::size_t header = (in.u8() & 15u) * 4;
  in.skip(1);
  CHECK(in.u16() == row.len - row.l3);
  build::Octets whole(row.frame + row.l3, row.frame + row.l3 + header);
  CHECK(build::checksum(whole) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static net::Frags* const frags = new net::Frags;  // kept between inputs: its state is part of what is tried
  static std::uint64_t given = 0;
  static std::uint32_t tick = 0;
  Cursor in(Bytes(data, size));
  for (unsigned i = 0; i < kMaxRecords && in.left() > 0; ++i) {
    const build::Octets frame = make_frame(in);
    tick += in.u8() * 4u;
    net::Row row = build::row_of(frame, net::Link::raw_ip);
    net::Key key;
    net::read_headers(row, key, {});
    while (row.fate == net::Fate::fragment) {
      given += row.frames;
      const bool whole = frags->add(row, tick);
      check_laws(*frags, given);
      if (!whole) break;
      check_datagram(row);
      net::read_headers(row, key, {});
      if (row.fate == net::Fate::flow) CHECK(std::size_t{row.payload} + row.payload_len <= row.len);
    }
    if (i % 8 == 7) frags->recycle();
  }
  frags->expire(tick);
  frags->recycle();
  check_laws(*frags, given);
  return 0;
}
