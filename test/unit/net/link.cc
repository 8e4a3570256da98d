#include <gtest/gtest.h>

#include "test/unit/net/read.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using net::Fate;
using net::Layer;
using net::Link;

Octets part(Octets bytes, const Part& inner) {
  put(bytes, inner.bytes);
  return bytes;
}

TEST(Link, VlanTagsPartFlowsUnlessTheyAreIgnored) {
  const Octets one = ethernet(vlan(5, vlan(7, kHello), 0x88a8));
  const Octets other = ethernet(vlan(5, vlan(8, kHello), 0x88a8));
  const Read a = read(one);
  ASSERT_EQ(a.row.fate, Fate::flow);
  EXPECT_EQ(a.layers.tags, 2);
  EXPECT_EQ(a.layers.tag[0], 5);
  EXPECT_EQ(a.layers.tag[1], 7);
  EXPECT_EQ(a.key.space, 5u | 7u << 12);
  EXPECT_FALSE(a.key == read(other).key);
  const Read ignoring = read(one, Link::ethernet, {.ignore_vlan = true});
  EXPECT_EQ(ignoring.layers.tags, 2);
  EXPECT_EQ(ignoring.key.space, 0u);
}

TEST(Link, APriorityTagNamesNoVlan) {
  const Octets frame = ethernet(vlan(0xe000, kHello));
  const Read r = read(frame);
  EXPECT_EQ(r.layers.tags, 1);
  EXPECT_EQ(r.key.space, 0u);
}

TEST(Link, ThreeTagsAreReadAndAFourthIsTooMany) {
  const Part three = vlan(1, vlan(2, vlan(3, kHello)), 0x9100);
  const Octets good = ethernet(three);
  const Octets bad = ethernet(vlan(4, three));
  const Read r = read(good);
  EXPECT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.key.space, 1u | 2u << 12 | std::uint64_t{3} << 24);
  expect_error(read(bad), Layer::vlan, Err::too_long);
}

TEST(Link, AFrameInFabricPathIsReadAsIfItStoodAlone) {
  Octets fabric{0x40, 0x20};
  put(fabric, ethernet(vlan(7, kHello)));
  const Octets frame = ethernet({0x8903, fabric});
  const Read r = read(frame);
  EXPECT_EQ(r.payload(), "hello");
  EXPECT_EQ(r.key.space, 7u);
  EXPECT_EQ(r.row.flags & net::kRowTunnelled, net::kRowTunnelled);
  const Octets cut = ethernet({0x8903, {0x40}});
  expect_error(read(cut), Layer::link, Err::truncated);
}

TEST(Link, PortTagsOfExtendedBridgesAreSkipped) {
  Octets vn{0, 1, 0, 2};
  put16(vn, kHello.type);
  put(vn, kHello.bytes);
  Octets e{0, 1, 0, 2, 0, 3};
  put16(e, kHello.type);
  put(e, kHello.bytes);
  const Octets with_vn = ethernet({0x8926, vn});
  const Octets with_e = ethernet({0x893f, e});
  EXPECT_EQ(read(with_vn).payload(), "hello");
  EXPECT_EQ(read(with_e).payload(), "hello");
}

TEST(Link, SnapWithIpIsReadAndOtherLlcIsNotIp) {
  Octets snap{0xaa, 0xaa, 3, 0, 0, 0, 8, 0};
  put(snap, kHello.bytes);
  const auto length = static_cast<std::uint16_t>(snap.size());
  snap.resize(snap.size() + 9, 0xee);  // padding behind the length of IEEE 802.3
  const Octets ip = ethernet({length, snap});
  const Octets stp = ethernet({8, Octets{0x42, 0x42, 3, 0, 0, 0, 0, 0}});
  EXPECT_EQ(read(ip).payload(), "hello");
  EXPECT_EQ(read(stp).row.fate, Fate::non_ip);
}

TEST(Link, WhatIsNotIpIsCountedAndNothingMore) {
  const Octets arp = ethernet({0x0806, Octets(28)});
  const Octets lldp = ethernet(vlan(3, {0x88cc, Octets(40)}));
  const Octets discovery = ethernet({0x8863, Octets(40)});
  EXPECT_EQ(read(arp).row.fate, Fate::non_ip);
  EXPECT_EQ(read(lldp).row.fate, Fate::non_ip);
  EXPECT_EQ(read(discovery).row.fate, Fate::non_ip);
}

TEST(Link, MplsLabelsAreKeptAndThePayloadIsFoundByItsNibble) {
  const Octets four = ethernet(mpls({16, 17}, kHello.bytes));
  const Octets six = ethernet(mpls({0, 1, 2, 3, 4, 5}, kHello6.bytes));
  const Read a = read(four);
  EXPECT_EQ(a.payload(), "hello");
  EXPECT_EQ(a.layers.labels, 2);
  EXPECT_EQ(a.layers.label[1], 17u);
  EXPECT_EQ(a.key.space, 0u);
  const Read b = read(six);
  EXPECT_EQ(b.payload(), "hello");
  EXPECT_EQ(b.layers.labels, net::kMaxLabels);
}

TEST(Link, ALabelStackHasAnEnd) {
  const Octets sixteen = ethernet(mpls(std::vector<std::uint32_t>(16, 9), kHello.bytes));
  const Octets seventeen = ethernet(mpls(std::vector<std::uint32_t>(17, 9), kHello.bytes));
  EXPECT_EQ(read(sixteen).row.fate, Fate::flow);
  expect_error(read(seventeen), Layer::mpls, Err::too_long);
}

TEST(Link, PseudoWiresAreUnwrappedWithAndWithoutControlWord) {
  Octets controlled{0, 0, 0, 9};
  put(controlled, ethernet(vlan(6, kHello)));
  const Octets with = ethernet(mpls({20}, controlled));
  const Octets without = ethernet(mpls({20}, ethernet(kHello)));
  const Octets arp = ethernet(mpls({20}, ethernet({0x0806, Octets(28)})));
  const Read r = read(with);
  EXPECT_EQ(r.payload(), "hello");
  EXPECT_EQ(r.key.space, 6u);
  EXPECT_EQ(r.row.flags & net::kRowTunnelled, net::kRowTunnelled);
  EXPECT_EQ(read(without).payload(), "hello");
  EXPECT_EQ(read(arp).row.fate, Fate::non_ip);
}

TEST(Link, NestedPseudoWiresEndAtALimit) {
  Octets frame = ethernet(kHello);
  for (int i = 0; i < 5; ++i) frame = ethernet(mpls({20}, frame));
  EXPECT_EQ(read(frame).row.fate, Fate::flow);
  frame = ethernet(mpls({20}, frame));
  EXPECT_EQ(read(frame).row.fate, Fate::non_ip);
  for (int i = 0; i < 1000; ++i) frame = ethernet(mpls({20}, frame));
  EXPECT_EQ(read(frame).row.fate, Fate::non_ip);
}

TEST(Link, PppoeSessionsAreReadWithinTheirLength) {
  Octets frame = ethernet(pppoe(0x1234, kHello6));
  const Read r = read(frame);
  EXPECT_EQ(r.payload(), "hello");
  EXPECT_EQ(r.layers.has_pppoe, 1);
  EXPECT_EQ(r.layers.pppoe, 0x1234);
  frame[18] = 0;
  frame[19] = 20;  // less than what IP says
  expect_error(read(frame), Layer::ipv6, Err::truncated);
  frame[14] = 0x21;
  expect_error(read(frame), Layer::pppoe, Err::bad_version);
}

TEST(Link, OtherLinkTypesLeadToTheSameFlow) {
  const net::Key key = read(ethernet(kHello)).key;
  Octets sll{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0};
  Octets sll2{8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0};
  EXPECT_TRUE(read(kHello.bytes, Link::raw_ip).key == key);
  EXPECT_TRUE(read(part({0, 0, 0, 2}, kHello), Link::null).key == key);
  EXPECT_TRUE(read(part({2, 0, 0, 0}, kHello), Link::null).key == key);
  EXPECT_TRUE(read(part({0, 0, 0, 2}, kHello), Link::loop).key == key);
  EXPECT_TRUE(read(part({0, 0x21}, kHello), Link::ppp).key == key);
  EXPECT_TRUE(read(part({0xff, 3, 0, 0x21}, kHello), Link::ppp).key == key);
  EXPECT_TRUE(read(part({0x21}, kHello), Link::ppp).key == key);
  EXPECT_TRUE(read(part(sll, kHello), Link::sll).key == key);
  EXPECT_TRUE(read(part(sll2, kHello), Link::sll2).key == key);
  for (const std::uint8_t family : Octets{24, 28, 30}) {
    EXPECT_EQ(read(part({family, 0, 0, 0}, kHello6), Link::null).row.fate, Fate::flow);
    EXPECT_EQ(read(part({0, 0, 0, family}, kHello6), Link::null).row.fate, Fate::flow);
  }
  expect_error(read(kHello.bytes, Link::unsupported), Layer::link, Err::unsupported);
}

}  // namespace
}  // namespace pellucid
