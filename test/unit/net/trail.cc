#include "lib/net/trail.h"

#include <gtest/gtest.h>

#include <utility>

#include "test/unit/net/read.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using net::Fate;
using net::Mark;

using Marks = std::vector<std::pair<Mark, std::uint32_t>>;

// The marks of a frame; tracing must change nothing of what read_headers says.
Marks trace(const Octets& frame) {
  const Read plain = read(frame);
  Read r;
  net::Trail trail;
  r.row = row_of(frame);
  net::trace_headers(r.row, r.key, {}, r.layers, trail);
  EXPECT_EQ(std::memcmp(&r.row, &plain.row, sizeof r.row), 0);
  EXPECT_TRUE(r.key == plain.key);
  EXPECT_EQ(r.layers.outers, plain.layers.outers);
  Marks out;
  for (unsigned i = 0; i < trail.size; ++i) out.emplace_back(trail.step[i].mark, trail.step[i].id);
  return out;
}

Octets over_udp(std::uint16_t port, const Octets& payload) {
  return ethernet(ip4({}, udp({.sport = 50000, .dport = port}, payload)));
}

const Part kArp{0x0806, Octets(28)};

TEST(Trail, AnOrdinaryPacketHasNone) { EXPECT_TRUE(trace(ethernet(kHello)).empty()); }

TEST(Trail, IdentifiersStandInTheOrderOfTheWireEachTimeTheyOccur) {
  const Octets inner = ethernet(vlan(7, ip4({}, gre(kHello))));
  const Octets frame = ethernet(vlan(7, vlan(8, mpls({16, 17}, ip4({}, udp({.dport = 4789}, vxlan(9, inner))).bytes))));
  EXPECT_EQ(trace(frame), (Marks{{Mark::vlan, 7},
                                 {Mark::vlan, 8},
                                 {Mark::mpls, 16},
                                 {Mark::mpls, 17},
                                 {Mark::vxlan, 9},
                                 {Mark::vlan, 7},
                                 {Mark::gre, 0x0800}}));
}

TEST(Trail, ATunnelWithoutIpInItIsNotedThoughItIsNoTunnelOfTheFlow) {
  const Octets frame = over_udp(4789, vxlan(100, ethernet(vlan(3, kArp))));
  EXPECT_EQ(trace(frame), (Marks{{Mark::vxlan, 100}, {Mark::vlan, 3}}));
  EXPECT_EQ(read(frame).layers.outers, 0);
  EXPECT_EQ(read(frame).layers.tags, 0);
  EXPECT_EQ(trace(over_udp(6081, geneve(5, {0x88cc, Octets(20)}))), (Marks{{Mark::geneve, 5}}));
  EXPECT_EQ(trace(ethernet(ip4({}, gre({0x883e, Octets(8)})))), (Marks{{Mark::gre, 0x883e}}));
}

TEST(Trail, ARefusedPacketKeepsWhatWasReadBeforeTheFault) {
  EXPECT_EQ(trace(ethernet(vlan(4, ip4({}, {47, {0x20, 0, 8, 0, 1}})))), (Marks{{Mark::vlan, 4}, {Mark::gre, 0x0800}}));
  Octets wrong = ethernet(pppoe(77, kHello));
  wrong[14] = 0x21;  // version 2
  EXPECT_EQ(trace(wrong), (Marks{{Mark::pppoe, 77}}));
}

TEST(Trail, PppoeDiscoveryNamesItsSession) {
  const Octets pads = ethernet({0x8863, {0x11, 0x65, 0x12, 0x34, 0, 0}});
  EXPECT_EQ(trace(pads), (Marks{{Mark::pppoe, 0x1234}}));
  EXPECT_EQ(read(pads).row.fate, Fate::non_ip);
  EXPECT_TRUE(trace(ethernet({0x8863, {0x11, 0x65, 0x12}})).empty());
}

TEST(Trail, GtpMessagesOfEitherPortNameTheirTunnelEndpoint) {
  const Octets echo = gtpu(7, {0, Octets(4)}, 1);
  EXPECT_EQ(trace(over_udp(2152, echo)), (Marks{{Mark::gtp, 7}}));
  EXPECT_EQ(trace(over_udp(2123, echo)), (Marks{{Mark::gtp, 7}}));
  EXPECT_TRUE(trace(over_udp(2124, echo)).empty());
  Octets second_version = echo;
  second_version[0] = 0x48;
  EXPECT_TRUE(trace(over_udp(2123, second_version)).empty());
}

TEST(Trail, EspIsNotedOverIpAndOverUdpWhereIkeIsNot) {
  EXPECT_EQ(trace(ethernet(ip4({}, esp(0xf4dc0ae5)))), (Marks{{Mark::esp, 0xf4dc0ae5}}));
  EXPECT_EQ(trace(ethernet(ip4({}, ah(9, tcp({}))))), (Marks{{Mark::ah, 9}}));
  EXPECT_EQ(trace(over_udp(4500, esp(0xf4dc0ae5).bytes)), (Marks{{Mark::esp, 0xf4dc0ae5}}));
  EXPECT_TRUE(trace(over_udp(4500, esp(0).bytes)).empty());
  EXPECT_TRUE(trace(over_udp(4500, {0xff})).empty());
}

TEST(Trail, APseudoWireThatLeadsNowhereLeavesItsLabelsOnly) {
  const Octets frame = ethernet(mpls({30}, ethernet(vlan(3, kArp))));
  EXPECT_EQ(trace(frame), (Marks{{Mark::mpls, 30}}));
}

TEST(Trail, MarksBeyondTheLimitAreNotNoted) {
  Octets frame = ethernet(mpls(std::vector<std::uint32_t>(16, 1), kHello.bytes));
  for (int i = 0; i < 2; ++i) frame = over_udp(4789, vxlan(5, ethernet(mpls(std::vector<std::uint32_t>(16, 2), frame))));
  EXPECT_EQ(trace(frame).size(), std::size_t{net::kMaxMarks});
}

}  // namespace
}  // namespace pellucid
