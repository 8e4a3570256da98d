#include "lib/net/frag.h"

#include <gtest/gtest.h>

#include "lib/net/parse.h"
#include "test/unit/net/build.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using net::Fate;
using net::Frags;

struct Bench {
  Frags frags;
  net::Key key{};
  net::Layers layers{};
  net::Row row{};
  std::uint64_t given = 0;

  // Gives one frame; true if a datagram came out, which is then read.
  bool give(const Octets& frame, std::uint32_t tick = 0) {
    row = row_of(frame);
    net::read_headers(row, key, {}, &layers);
    EXPECT_EQ(row.fate, Fate::fragment);
    given += row.frames;
    const bool whole = frags.add(row, tick);
    if (whole) net::read_headers(row, key, {}, &layers);
    check_laws();
    return whole;
  }
  void check_laws() const {
    const net::FragStats& s = frags.stats();
    EXPECT_EQ(given, s.held + s.refused);
    EXPECT_EQ(s.held, s.joined + s.timed_out + s.evicted + s.refused_after_held + frags.pending());
  }
  std::string payload() const { return std::string(as_text(row.payload_bytes())); }
};

Octets text_of(std::size_t n) {
  Octets out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>('a' + i % 26);
  return out;
}

Octets slice(const Octets& bytes, std::size_t from, std::size_t n) {
  const auto begin = bytes.begin() + static_cast<long>(from);
  return {begin, begin + static_cast<long>(std::min(n, bytes.size() - from))};
}

// UDP's own checksum has to be made before the datagram is cut; the reader does not look at it, so these have none.
Octets piece4(const Segment& whole, std::size_t from, std::size_t n, std::uint16_t id = 5) {
  const bool more = from + n < whole.bytes.size();
  const auto place = static_cast<std::uint16_t>(from / 8 | (more ? 0x2000u : 0u));
  return ethernet(ip4({.id = id, .place = place}, {whole.proto, slice(whole.bytes, from, n)}));
}

Octets piece6(const Segment& whole, std::size_t from, std::size_t n, std::uint32_t id = 5) {
  const bool more = from + n < whole.bytes.size();
  return ethernet(ip6({}, extension(60, fragment6(id, from, more, {whole.proto, slice(whole.bytes, from, n)}))));
}

const Segment kWhole = udp({.sport = 5000, .dport = 6000}, text_of(100));

TEST(Frag, TwoPiecesOfIpv4BecomeOneFlow) {
  Bench b;
  EXPECT_FALSE(b.give(piece4(kWhole, 0, 64)));
  ASSERT_TRUE(b.give(piece4(kWhole, 64, 64)));
  EXPECT_EQ(b.row.fate, Fate::flow);
  EXPECT_EQ(b.key.port_a, 5000);
  EXPECT_EQ(b.payload(), as_text(text_of(100)));
  EXPECT_EQ(b.row.frames, 2);
  EXPECT_EQ(b.row.wire_len, 2 * 34 + 108u);
  EXPECT_EQ(b.row.flags & (net::kRowReassembled | net::kRowShort), net::kRowReassembled);
  EXPECT_EQ(b.frags.pending(), 0u);
}

TEST(Frag, APieceThatWasStampedBeforeTheFirstOneToComeStillBelongsToIt) {
  Bench b;
  EXPECT_FALSE(b.give(piece4(kWhole, 64, 64), 10));
  EXPECT_TRUE(b.give(piece4(kWhole, 0, 64), 9));
}

TEST(Frag, TheRewrittenIpv4HeaderIsThatOfTheWholeDatagram) {
  Bench b;
  b.give(piece4(kWhole, 64, 64));
  ASSERT_TRUE(b.give(piece4(kWhole, 0, 64)));
  const Octets expected = ethernet(ip4({.id = 5}, {17, kWhole.bytes}));
  Octets got(b.row.frame, b.row.frame + b.row.len);
  EXPECT_EQ(slice(got, 0, 34), slice(expected, 0, 34));
  EXPECT_EQ(slice(got, 34, 200), kWhole.bytes);
}

TEST(Frag, Ipv6LosesItsFragmentHeaderAndKeepsTheOthers) {
  Bench b;
  b.give(piece6(kWhole, 0, 40));
  b.give(piece6(kWhole, 80, 40));
  ASSERT_TRUE(b.give(piece6(kWhole, 40, 40)));
  EXPECT_EQ(b.row.fate, Fate::flow);
  EXPECT_EQ(b.payload(), as_text(text_of(100)));
  Octets got(b.row.frame, b.row.frame + b.row.len);
  const Octets expected = ethernet(ip6({}, extension(60, kWhole)));
  EXPECT_EQ(got, expected);
}

TEST(Frag, WrappersOfTheFirstFragmentAreKept) {
  Bench b;
  const auto wrap = [](std::size_t from, std::size_t n) {
    const Octets inner = piece4(kWhole, from, n);
    return ethernet(vlan(8, ip6({}, udp({.sport = 1, .dport = 4789}, vxlan(3, inner)))));
  };
  b.give(wrap(64, 64));
  ASSERT_TRUE(b.give(wrap(0, 64)));
  EXPECT_EQ(b.payload(), as_text(text_of(100)));
  ASSERT_EQ(b.layers.outers, 1);
  EXPECT_EQ(b.layers.outer[0].id, 3u);
  EXPECT_EQ(b.layers.tag[0], 8);
}

TEST(Frag, AFragmentedTunnelIsJoinedAndThenUnwrapped) {
  Bench b;
  const Segment outer = gre(ip4({.src = "10.1.1.1"}, udp({.sport = 7, .dport = 9}, text_of(50))));
  b.give(piece4(outer, 0, 40));
  ASSERT_TRUE(b.give(piece4(outer, 40, 400)));
  EXPECT_EQ(b.layers.outers, 1);
  EXPECT_EQ(b.payload(), as_text(text_of(50)));
}

TEST(Frag, FragmentsInsideFragmentsAreJoinedTwice) {
  Bench b;
  for (const std::size_t from : {0u, 64u}) {
    const Octets inner = piece4(kWhole, from, 64, 77);
    const Segment outer = gre(bridged(inner));
    const auto id = static_cast<std::uint16_t>(from);
    EXPECT_FALSE(b.give(piece4(outer, 0, 40, id)));
    ASSERT_TRUE(b.give(piece4(outer, 40, 400, id)));
    ASSERT_EQ(b.row.fate, Fate::fragment);
    b.given += b.row.frames;
    const bool whole = b.frags.add(b.row, 0);
    b.check_laws();
    EXPECT_EQ(whole, from == 64);
  }
  net::read_headers(b.row, b.key, {}, &b.layers);
  EXPECT_EQ(b.row.fate, Fate::flow);
  EXPECT_EQ(b.row.frames, 4);
  EXPECT_EQ(b.payload(), as_text(text_of(100)));
}

TEST(Frag, DatagramsAreToldApartByAddressIdProtocolAndSpace) {
  Bench b;
  const auto piece = [](const build::Ip4& h, std::uint8_t proto, std::uint16_t tag) {
    return ethernet(vlan(tag, ip4(h, {proto, Octets(16)})));
  };
  b.give(piece({.id = 1, .place = 0x2000}, 17, 1));
  EXPECT_FALSE(b.give(piece({.id = 2, .place = 2}, 17, 1)));
  EXPECT_FALSE(b.give(piece({.id = 1, .place = 2}, 6, 1)));
  EXPECT_FALSE(b.give(piece({.id = 1, .place = 2}, 17, 2)));
  EXPECT_FALSE(b.give(piece({.src = "192.0.2.99", .id = 1, .place = 2}, 17, 1)));
  EXPECT_TRUE(b.give(piece({.id = 1, .place = 2}, 17, 1)));
}

TEST(Frag, TheFirstCopyWinsInIpv4) {
  Bench b;
  Segment forged = kWhole;
  for (auto& octet : forged.bytes) octet = 'X';
  b.give(piece4(kWhole, 0, 32));
  b.give(piece4(forged, 16, 32));  // 16 octets are new
  b.give(piece4(kWhole, 32, 32));
  ASSERT_TRUE(b.give(piece4(kWhole, 64, 64)));
  Octets expected = text_of(100);
  std::fill(expected.begin() + 24, expected.begin() + 40, std::uint8_t{'X'});
  EXPECT_EQ(b.payload(), as_text(expected));
  EXPECT_EQ(b.row.frames, 4);
}

TEST(Frag, ADifferingOverlapEndsAnIpv6Datagram) {
  Bench b;
  Segment forged = kWhole;
  forged.bytes[20] ^= 1;
  b.give(piece6(kWhole, 0, 32));
  b.give(piece6(kWhole, 0, 32));  // a duplicate is none
  EXPECT_EQ(b.frags.pending(), 2u);
  EXPECT_FALSE(b.give(piece6(forged, 16, 32)));
  EXPECT_EQ(b.frags.pending(), 0u);
  EXPECT_EQ(b.frags.stats().refused, 1u);
  EXPECT_EQ(b.frags.stats().refused_after_held, 2u);
}

TEST(Frag, ContradictionsAreRefusedAndDoNoHarm) {
  Bench b;
  b.give(piece4(kWhole, 64, 64));                                                         // the end: 108 octets
  EXPECT_FALSE(b.give(ethernet(ip4({.id = 5, .place = 20}, {17, Octets(4)}))));           // another end
  EXPECT_FALSE(b.give(ethernet(ip4({.id = 5, .place = 0x2000 | 14}, {17, Octets(8)}))));  // beyond the end
  EXPECT_FALSE(b.give(ethernet(ip4({.id = 5, .place = 0x2000 | 1}, {17, Octets(9)}))));   // not a multiple of eight
  EXPECT_FALSE(b.give(ethernet(ip4({.id = 5, .place = 0x2000}, {17, {}}))));              // nothing
  EXPECT_FALSE(b.give(ethernet(ip4({.id = 5, .place = 0x1fff}, {17, Octets(16)}))));      // beyond 65,535
  EXPECT_EQ(b.frags.stats().refused, 5u);
  EXPECT_TRUE(b.give(piece4(kWhole, 0, 64)));
}

TEST(Frag, ALaterPieceCutBySnapLengthIsRefused) {
  Bench b;
  Octets frame = piece4(kWhole, 64, 24);
  frame.pop_back();
  EXPECT_FALSE(b.give(frame));
  EXPECT_EQ(b.frags.stats().refused, 1u);
}

TEST(Frag, ADatagramTooLongForItsHeaderIsRefusedAsAWhole) {
  Bench b;
  const Segment big{17, Octets(65530)};
  b.give(piece4(big, 0, 32768));
  EXPECT_FALSE(b.give(piece4(big, 32768, 40000)));
  EXPECT_EQ(b.frags.stats().refused_after_held, 2u);
  const Segment fits{17, Octets(65515)};
  b.give(piece4(fits, 0, 32768));
  EXPECT_TRUE(b.give(piece4(fits, 32768, 40000)));
  EXPECT_EQ(b.row.len, 14u + 65535);
}

TEST(Frag, TheRestThatDoesNotComeInTimeIsGivenUp) {
  Bench b;
  b.give(piece4(kWhole, 0, 64), 10);
  b.frags.expire(10 + Frags::kTimeoutTicks);
  EXPECT_EQ(b.frags.pending(), 1u);
  b.frags.expire(11 + Frags::kTimeoutTicks);
  EXPECT_EQ(b.frags.pending(), 0u);
  EXPECT_EQ(b.frags.stats().timed_out, 1u);
  b.give(piece4(kWhole, 0, 64), 20);
  EXPECT_FALSE(b.give(piece4(kWhole, 64, 64), 21 + Frags::kTimeoutTicks));  // even where expire() was not called
  EXPECT_EQ(b.frags.stats().timed_out, 2u);
}

TEST(Frag, AFullTableEvictsTheOldest) {
  Bench b;
  for (unsigned id = 0; id <= Frags::kMaxDatagrams; ++id) b.give(piece4(kWhole, 0, 64, static_cast<std::uint16_t>(id)));
  EXPECT_EQ(b.frags.pending(), Frags::kMaxDatagrams);
  EXPECT_EQ(b.frags.stats().evicted, 1u);
  EXPECT_TRUE(b.give(piece4(kWhole, 64, 64, Frags::kMaxDatagrams)));
  EXPECT_FALSE(b.give(piece4(kWhole, 64, 64, 0)));
}

TEST(Frag, AFullPoolEvictsTheOldest) {
  Bench b;
  const Segment big{17, Octets(60000)};
  for (std::uint16_t id = 0; id < 200; ++id) b.give(piece4(big, 0, 32768, id));  // 6.5 MB
  EXPECT_GT(b.frags.stats().evicted, 0u);
  EXPECT_EQ(b.frags.stats().refused, 0u);
  EXPECT_TRUE(b.give(piece4(big, 32768, 40000, 199)));
}

TEST(Frag, MoreHolesThanADatagramMayHaveAreRefused) {
  Bench b;
  const Segment big{17, Octets(60000)};
  for (std::size_t i = 0; i < Frags::kMaxPieces; ++i) b.give(piece4(big, 16 * i, 8));
  EXPECT_EQ(b.frags.stats().refused, 0u);
  b.give(piece4(big, 16 * std::size_t{Frags::kMaxPieces}, 8));
  EXPECT_EQ(b.frags.stats().refused, 1u);
  b.give(piece4(big, 8, 8));  // one that lies beside another needs no place of its own
  EXPECT_EQ(b.frags.stats().refused, 1u);
}

TEST(Frag, DatagramsStayValidUntilRecycledAndThenMakeRoom) {
  Bench b;
  const Segment big{17, text_of(65000)};
  std::vector<net::Row> rows;
  for (unsigned round = 0; round < 2; ++round) {
    rows.clear();
    for (std::uint16_t id = 0; id < net::kBurst; ++id) {
      b.give(piece4(big, 0, 32768, id));
      ASSERT_TRUE(b.give(piece4(big, 32768, 40000, id)));
      rows.push_back(b.row);
    }
    for (const net::Row& row : rows) EXPECT_EQ(row.frame[34 + 64999], big.bytes.back());
    b.frags.recycle();
  }
  EXPECT_EQ(b.frags.stats().datagrams, 2u * net::kBurst);
}

}  // namespace
}  // namespace pellucid
