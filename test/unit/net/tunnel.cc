#include <gtest/gtest.h>

#include "test/unit/net/read.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using net::Fate;
using net::Wrap;

const Part kInner = ip4({.src = "10.1.1.1", .dst = "10.1.1.2"}, tcp({.sport = 1111, .dport = 80}, as_octets("inner")));
const Part kInner6 = ip6({.src = "fd00::1", .dst = "fd00::2"}, tcp({.sport = 1111, .dport = 80}, as_octets("inner")));
const Part kArp{0x0806, Octets(28)};

Octets over_udp(std::uint16_t port, const Octets& payload) {
  return ethernet(ip4({}, udp({.sport = 50000, .dport = port}, payload)));
}

void expect_unwrapped(const Octets& frame, Wrap type, std::uint8_t proto) {
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.payload(), "inner");
  EXPECT_EQ(r.key.port_a, 1111);
  EXPECT_EQ(r.row.flags & net::kRowTunnelled, net::kRowTunnelled);
  ASSERT_EQ(r.layers.outers, 1);
  EXPECT_EQ(net::kWrapLabels[static_cast<unsigned>(r.layers.outer[0].type)], net::kWrapLabels[static_cast<unsigned>(type)]);
  EXPECT_EQ(r.layers.outer[0].proto, proto);
}

void expect_outer_udp(const Octets& frame) {
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.proto, 17);
  EXPECT_EQ(r.row.l3, 14);
  EXPECT_EQ(r.row.payload, 42);
  EXPECT_EQ(r.row.payload + r.row.payload_len, static_cast<int>(frame.size()));
  EXPECT_EQ(r.layers.outers, 0);
  EXPECT_EQ(r.key.space, 0u);
  EXPECT_EQ(r.row.flags & (net::kRowTunnelled | net::kRowV6), 0);
}

TEST(Tunnel, IpInIpInAllFourCombinations) {
  expect_unwrapped(ethernet(ip4({}, ip_in_ip(kInner))), Wrap::ipip, 4);
  expect_unwrapped(ethernet(ip4({}, ip_in_ip(kInner6))), Wrap::sixin4, 41);
  expect_unwrapped(ethernet(ip6({}, ip_in_ip(kInner))), Wrap::ipip, 4);
  expect_unwrapped(ethernet(ip6({}, ip_in_ip(kInner6))), Wrap::ipip, 41);
}

TEST(Tunnel, GreCarriesIpEthernetAndMpls) {
  expect_unwrapped(ethernet(ip4({}, gre(kInner))), Wrap::gre, 47);
  expect_unwrapped(ethernet(ip6({}, gre(kInner6))), Wrap::gre, 47);
  expect_unwrapped(ethernet(ip4({}, gre(bridged(ethernet(kInner))))), Wrap::gre, 47);
  expect_unwrapped(ethernet(ip4({}, gre(mpls({30}, kInner.bytes)))), Wrap::gre, 47);
}

TEST(Tunnel, TheKeyOfPlainGreIsToldButPartsNoFlows) {
  const Octets one = ethernet(ip4({}, gre_with_key(7, kInner)));
  const Octets other = ethernet(ip4({}, gre_with_key(8, kInner)));
  const Read r = read(one);
  EXPECT_EQ(r.layers.outer[0].id, 7u);
  EXPECT_EQ(r.layers.outer[0].has_id, 1);
  EXPECT_TRUE(r.key == read(other).key);
}

TEST(Tunnel, GreChecksumAndSequenceNumberAreSkipped) {
  Octets header{0xb0, 0, 8, 0};
  put(header, Octets(12));
  put(header, kInner.bytes);
  expect_unwrapped(ethernet(ip4({}, {47, header})), Wrap::gre, 47);
}

TEST(Tunnel, GreThatCarriesNoIpIsItselfTheFlow) {
  for (const Segment& s : {gre({0, {}}), gre(bridged(ethernet(kArp))), gre({0x88cc, Octets(20)})}) {
    const Octets frame = ethernet(ip4({}, s));
    const Read r = read(frame);
    ASSERT_EQ(r.row.fate, Fate::flow);
    EXPECT_EQ(r.row.proto, 47);
    EXPECT_EQ(r.row.payload, 34);
    EXPECT_EQ(r.layers.outers, 0);
  }
}

TEST(Tunnel, GreCutInItsOptionalFieldsIsAnError) {
  Octets frame = ethernet(ip4({}, {47, {0x20, 0, 8, 0, 1, 2}}));
  const Read r = read(frame);
  EXPECT_EQ(r.row.fate, Fate::error);
  EXPECT_EQ(r.row.layer, net::Layer::gre);
  EXPECT_EQ(r.row.err, Err::truncated);
  frame[35] = 2;
  EXPECT_EQ(read(frame).row.err, Err::bad_version);
}

TEST(Tunnel, WhatIsWrongInsideAProtocolNumbersTunnelIsAnError) {
  Part broken = kInner;
  broken.bytes[0] = 0x55;
  const Octets frame = ethernet(ip4({}, gre(broken)));
  EXPECT_EQ(read(frame).row.fate, Fate::error);
  EXPECT_EQ(read(frame).row.layer, net::Layer::ipv4);
}

TEST(Tunnel, PptpCarriesPppAndAcknowledgementsAreTheFlowItself) {
  Octets data{0x30, 0x81, 0x88, 0x0b};
  put16(data, kInner.bytes.size() + 4);
  put16(data, 99);
  put(data, Octets(8));
  put(data, {0xff, 3, 0, 0x21});
  put(data, kInner.bytes);
  const Octets frame = ethernet(ip4({}, {47, data}));
  expect_unwrapped(frame, Wrap::gre, 47);
  EXPECT_EQ(read(frame).layers.outer[0].id, 99u);
  const Octets ack = ethernet(ip4({}, {47, {0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 99, 0, 0, 0, 1}}));
  EXPECT_EQ(read(ack).row.proto, 47);
  EXPECT_EQ(read(ack).layers.outers, 0);
}

TEST(Tunnel, NvgreHasAVsidThatPartsFlows) {
  const Octets one = ethernet(ip4({}, gre_with_key(0x00a1b2ff, bridged(ethernet(kInner)))));
  const Octets same = ethernet(ip4({}, gre_with_key(0x00a1b200, bridged(ethernet(kInner)))));
  const Octets other = ethernet(ip4({}, gre_with_key(0x00a1b300, bridged(ethernet(kInner)))));
  expect_unwrapped(one, Wrap::nvgre, 47);
  const Read r = read(one);
  EXPECT_EQ(r.layers.outer[0].id, 0xa1b2u);
  EXPECT_TRUE(r.key == read(same).key);
  EXPECT_FALSE(r.key == read(other).key);
}

TEST(Tunnel, ErspanOfAllThreeTypes) {
  const Octets mirrored = ethernet(vlan(12, kInner));
  Octets one{0, 0, 0x88, 0xbe};
  put(one, mirrored);
  Octets two{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0x05, 0, 0, 0, 0};
  put(two, mirrored);
  Octets three{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0x06, 0, 0, 0, 0, 0, 0, 0, 1};
  put(three, Octets(8));
  put(three, mirrored);
  Octets packet{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0x06, 0, 0, 0, 0, 0, 0, 0x08, 0};
  put(packet, kInner6.bytes);
  for (const Octets* body : {&one, &two, &three, &packet}) expect_unwrapped(ethernet(ip4({}, {47, *body})), Wrap::erspan, 47);
  const Octets frame = ethernet(ip4({}, {47, two}));
  const Read r = read(frame);
  EXPECT_EQ(r.layers.outer[0].id, 5u);
  EXPECT_EQ(r.key.space, 12u);
  two[8] = 0x20;
  const Octets wrong = ethernet(ip4({}, {47, two}));
  EXPECT_EQ(read(wrong).row.err, Err::bad_version);
}

TEST(Tunnel, VxlanOnBothOfItsPortsHasAVniThatPartsFlows) {
  for (const std::uint16_t port : std::vector<std::uint16_t>{4789, 8472}) {
    const Octets frame = over_udp(port, vxlan(0x123456, ethernet(vlan(9, kInner))));
    expect_unwrapped(frame, Wrap::vxlan, 17);
    const Read r = read(frame);
    EXPECT_EQ(r.layers.outer[0].id, 0x123456u);
    EXPECT_EQ(r.layers.outer[0].sport, 50000);
    EXPECT_EQ(r.key.space, std::uint64_t{1} << 60 | std::uint64_t{0x123456} << 36 | 9);
  }
}

TEST(Tunnel, UdpOnATunnelsPortIsPlainUdpUnlessTheInsideIsSound) {
  const Octets frame = ethernet(kInner);
  Part longer = kInner;
  set16(longer.bytes, 2, kInner.bytes.size() + 1);
  expect_outer_udp(over_udp(4789, vxlan(1, frame, 0)));
  expect_outer_udp(over_udp(4789, vxlan(1, frame, 0x0c)));
  expect_outer_udp(over_udp(4789, vxlan(1, ethernet(kArp))));
  expect_outer_udp(over_udp(4789, vxlan(1, ethernet(vlan(3, longer)))));
  expect_outer_udp(over_udp(4789, Octets(3)));
  expect_outer_udp(over_udp(6081, geneve(1, longer)));
  expect_outer_udp(over_udp(6081, Octets(40, 0xff)));
  expect_outer_udp(over_udp(2152, gtpu(1, kInner, 254)));
  expect_outer_udp(over_udp(2152, gtpu(1, longer)));
  expect_outer_udp(over_udp(2152, gtpu(1, {0, {0x12, 0x34}})));
  expect_outer_udp(over_udp(3544, kInner.bytes));
  Octets trailing = kInner6.bytes;
  trailing.push_back(0);
  expect_outer_udp(over_udp(3544, trailing));
}

TEST(Tunnel, GeneveOptionsAreSkippedAndIpNeedsNoEthernet) {
  expect_unwrapped(over_udp(6081, geneve(0, bridged(ethernet(kInner)))), Wrap::geneve, 17);
  expect_unwrapped(over_udp(6081, geneve(5, kInner6, Octets(12, 3))), Wrap::geneve, 17);
  EXPECT_EQ(read(over_udp(6081, geneve(0, kInner))).key.space, std::uint64_t{1} << 60);
}

TEST(Tunnel, GtpuIsFoundByEitherPortAndItsTeidPartsNoFlows) {
  const Octets one = over_udp(2152, gtpu(0x01020304, kInner));
  const Octets two = ethernet(ip4({}, udp({.sport = 2152, .dport = 3000}, gtpu(9, kInner))));
  expect_unwrapped(one, Wrap::gtpu, 17);
  expect_unwrapped(two, Wrap::gtpu, 17);
  EXPECT_EQ(read(one).layers.outer[0].id, 0x01020304u);
  EXPECT_TRUE(read(one).key == read(two).key);
}

TEST(Tunnel, GtpuExtensionHeadersAreWalked) {
  Octets extended{0x34, 255};
  put16(extended, 4 + 8 + kInner6.bytes.size());
  put32(extended, 77);
  put(extended, {0, 1, 0, 0x85});     // sequence number, N-PDU number, next: PDU session container
  put(extended, {1, 0x10, 9, 0xc0});  // one word, next: PDCP PDU number
  put(extended, {1, 0, 0, 0});        // one word, nothing next
  put(extended, kInner6.bytes);
  expect_unwrapped(over_udp(2152, extended), Wrap::gtpu, 17);
  extended[12] = 0;  // an extension header without length
  expect_outer_udp(over_udp(2152, extended));
}

TEST(Tunnel, TeredoWithAuthenticationAndOrigin) {
  expect_unwrapped(over_udp(3544, kInner6.bytes), Wrap::teredo, 17);
  Octets headed{0, 1, 2, 3, 1, 1, 2, 2, 2};  // id of 2, authentication of 3
  put(headed, Octets(9));
  put(headed, {0, 0, 1, 2, 3, 4, 5, 6});
  put(headed, kInner6.bytes);
  expect_unwrapped(over_udp(3544, headed), Wrap::teredo, 17);
}

TEST(Tunnel, GreOverUdpIsUnwrappedAsOverIp) {
  const auto gre_with_sequence = [](const Part& inner) {
    Octets out{0x10, 0};
    put16(out, inner.type);
    put32(out, 1);
    put(out, inner.bytes);
    return out;
  };
  expect_unwrapped(over_udp(4754, gre(kInner).bytes), Wrap::gre, 17);
  expect_unwrapped(over_udp(4754, gre_with_sequence(kInner6)), Wrap::gre, 17);
  expect_unwrapped(over_udp(4754, gre_with_key(0x0500, bridged(ethernet(kInner))).bytes), Wrap::nvgre, 17);
  EXPECT_EQ(read(over_udp(4754, gre_with_key(7, kInner).bytes)).layers.outer[0].id, 7u);
  EXPECT_EQ(read(over_udp(4754, gre(kInner).bytes)).layers.outer[0].dport, 4754);
}

TEST(Tunnel, UdpOnGresPortIsPlainUdpUnlessTheInsideIsSound) {
  Part longer = kInner;
  set16(longer.bytes, 2, kInner.bytes.size() + 1);
  expect_outer_udp(over_udp(4754, gre(longer).bytes));
  expect_outer_udp(over_udp(4754, gre(kArp).bytes));
  expect_outer_udp(over_udp(4754, {0x20, 0, 8, 0, 1}));                 // cut in the key
  expect_outer_udp(over_udp(4754, {0, 2, 8, 0}));                       // no such version
  expect_outer_udp(over_udp(4754, {0x10, 0, 0x88, 0xbe, 0, 0, 0, 1}));  // ERSPAN without its header
  expect_outer_udp(over_udp(4754, {0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x20, 0, 0, 5, 0, 0, 0, 0, 1}));  // ERSPAN's own version
  expect_outer_udp(over_udp(4754, Octets(3)));
}

TEST(Tunnel, MplsOverUdpLeadsToIpOrEthernet) {
  expect_unwrapped(over_udp(6635, mpls({21}, kInner.bytes).bytes), Wrap::mpls, 17);
  expect_unwrapped(over_udp(6635, mpls({21, 22}, kInner6.bytes).bytes), Wrap::mpls, 17);
  expect_unwrapped(over_udp(6635, mpls({23}, ethernet(kInner)).bytes), Wrap::mpls, 17);
  const Read r = read(over_udp(6635, mpls({21, 22}, kInner.bytes).bytes));
  EXPECT_EQ(r.layers.labels, 2);
  EXPECT_EQ(r.layers.label[1], 22u);
  EXPECT_EQ(r.layers.outer[0].has_id, 0);
  expect_outer_udp(over_udp(6635, mpls({21}, ethernet(kArp)).bytes));
  expect_outer_udp(over_udp(6635, Octets(7)));  // a stack without a bottom
  EXPECT_EQ(read(over_udp(6635, mpls({21}, ethernet(kArp)).bytes)).layers.labels, 0);
}

TEST(Tunnel, FourTunnelsAreUnwrappedAndAFifthIsTooMany) {
  Part p = kInner;
  for (int i = 0; i < 4; ++i) p = ip4({}, gre(p));
  const Octets four = ethernet(p);
  const Octets five = ethernet(ip4({}, gre(p)));
  EXPECT_EQ(read(four).layers.outers, 4);
  EXPECT_EQ(read(four).payload(), "inner");
  EXPECT_EQ(read(five).row.err, Err::too_long);
  EXPECT_EQ(read(five).row.layer, net::Layer::gre);
  Octets frame = ethernet(kInner);
  for (int i = 0; i < 5; ++i) frame = over_udp(4789, vxlan(1, frame));
  EXPECT_EQ(read(frame).row.err, Err::too_long);
  EXPECT_EQ(read(frame).row.layer, net::Layer::vxlan);
}

TEST(Tunnel, OutersAreListedFromTheOutside) {
  const Octets inner = ethernet(ip4({.src = "10.9.9.1"}, gre(kInner)));
  const Octets frame = ethernet(vlan(4, ip6({}, udp({.sport = 1, .dport = 4789}, vxlan(66, inner)))));
  const Read r = read(frame);
  ASSERT_EQ(r.layers.outers, 2);
  EXPECT_EQ(r.layers.outer[0].type, Wrap::vxlan);
  EXPECT_EQ(r.layers.outer[0].family, 6);
  EXPECT_EQ(r.layers.outer[0].src[15], 1);
  EXPECT_EQ(r.layers.outer[1].type, Wrap::gre);
  EXPECT_EQ(r.layers.outer[1].src[1], 9);
}

TEST(Tunnel, TagsOfOuterAndInnerFramesPartFlowsUpToTheThirdSeen) {
  const Octets inner = ethernet(vlan(3, vlan(4, kInner)));
  const Octets frame = ethernet(vlan(1, vlan(2, ip4({}, udp({.dport = 4789}, vxlan(0, inner))))));
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.key.space, std::uint64_t{1} << 60 | std::uint64_t{3} << 24 | 2u << 12 | 1u);
}

TEST(Tunnel, AFragmentInsideATunnelIsAFragment) {
  const Part piece = ip4({.src = "10.1.1.1", .place = 0x2000}, {17, Octets(24)});
  const Octets frame = over_udp(4789, vxlan(3, ethernet(piece)));
  const Read r = read(frame);
  EXPECT_EQ(r.row.fate, Fate::fragment);
  EXPECT_EQ(r.row.l3, 14 + 20 + 8 + 8 + 14);
  EXPECT_NE(r.row.hash, 0u);
}

TEST(Tunnel, OuterLengthsOfAReassembledDatagramBoundNothing) {
  Octets frame = ethernet(ip4({}, gre(kInner)));
  set16(frame, 16, 30);  // the outer header still has the length of a first fragment
  net::Row row = row_of(frame);
  row.flags = net::kRowReassembled;
  row.l3 = 14 + 20 + 4;
  const Read r = read(row);
  EXPECT_EQ(r.payload(), "inner");
  EXPECT_EQ(r.row.flags & net::kRowReassembled, net::kRowReassembled);
  EXPECT_EQ(r.row.flags & net::kRowShort, 0);
  EXPECT_EQ(read(frame).row.fate, Fate::error);
}

}  // namespace
}  // namespace pellucid
