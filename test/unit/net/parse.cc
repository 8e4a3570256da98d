#include "lib/net/parse.h"

#include <gtest/gtest.h>

#include "lib/net/space.h"
#include "test/unit/net/read.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using net::Fate;
using net::Layer;

TEST(Parse, PlainTcpOverIpv4GivesAFlow) {
  const Octets frame = ethernet(kHello);
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.proto, 6);
  EXPECT_EQ(r.row.l3, 14);
  EXPECT_EQ(r.row.payload, 54);
  EXPECT_EQ(r.payload(), "hello");
  EXPECT_EQ(r.row.seq, 77u);
  EXPECT_EQ(r.row.tcp_flags, 24);
  EXPECT_EQ(r.row.flags, 0);
  EXPECT_EQ(r.key.port_a, 40000);
  EXPECT_EQ(r.key.port_b, 443);
  EXPECT_EQ(r.key.family, 4);
  EXPECT_EQ(r.key.proto, 6);
  EXPECT_EQ(r.key.space, 0u);
  EXPECT_EQ(r.row.l3_bytes().size(), 45u);
}

TEST(Parse, BothDirectionsHaveOneKeyAndTheSenderIsMarked) {
  const Octets up = ethernet(ip4({.src = "10.0.0.9", .dst = "10.0.0.3"}, udp({.sport = 5, .dport = 6})));
  const Octets down = ethernet(ip4({.src = "10.0.0.3", .dst = "10.0.0.9"}, udp({.sport = 6, .dport = 5})));
  const Read a = read(up);
  const Read b = read(down);
  EXPECT_TRUE(a.key == b.key);
  EXPECT_EQ(a.key.a[3], 3);
  EXPECT_EQ(a.key.port_a, 6);
  EXPECT_EQ(a.row.flags & net::kRowSwapped, net::kRowSwapped);
  EXPECT_EQ(b.row.flags & net::kRowSwapped, 0);
}

TEST(Parse, PortsDecideTheOrderOfEqualAddresses) {
  const Octets up = ethernet(ip6({.src = "::1", .dst = "::1"}, tcp({.sport = 900, .dport = 80})));
  const Octets down = ethernet(ip6({.src = "::1", .dst = "::1"}, tcp({.sport = 80, .dport = 900})));
  const Read a = read(up);
  const Read b = read(down);
  EXPECT_TRUE(a.key == b.key);
  EXPECT_EQ(a.key.port_a, 80);
  EXPECT_EQ(a.row.flags & net::kRowSwapped, net::kRowSwapped);
  EXPECT_EQ(b.row.flags & net::kRowSwapped, 0);
}

TEST(Parse, Ipv6AddressesAreOrderedByAllTheirOctets) {
  const Octets frame = ethernet(ip6({.src = "2001:db8::2:0:0:1", .dst = "2001:db8::1:ffff"}, tcp({})));
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.flags & net::kRowSwapped, net::kRowSwapped);
  EXPECT_EQ(r.key.a[14], 0xff);
  EXPECT_EQ(r.key.b[15], 1);
}

TEST(Parse, EthernetPaddingIsNoPayload) {
  Octets frame = ethernet(ip4({}, udp({}, as_octets("x"))));
  frame.resize(60);
  const Read r = read(frame);
  EXPECT_EQ(r.payload(), "x");
  EXPECT_EQ(r.row.flags & net::kRowShort, 0);
}

TEST(Parse, Ipv4OptionsAreSkipped) {
  const Octets frame = ethernet(ip4({.options = Octets(8, 1)}, udp({}, as_octets("o"))));
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.payload, 14 + 28 + 8);
  EXPECT_EQ(r.payload(), "o");
}

TEST(Parse, TcpOptionsAreNoPayload) {
  const Octets frame = ethernet(ip4({}, tcp({.options = Octets(12, 1)}, as_octets("p"))));
  EXPECT_EQ(read(frame).payload(), "p");
}

TEST(Parse, ZeroTotalLengthOfSegmentationOffloadMeansAllThatWasCaptured) {
  Octets frame = ethernet(kHello);
  set16(frame, 16, 0);
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.payload(), "hello");
}

TEST(Parse, AFrameCutBySnapLengthKeepsItsFlow) {
  const Octets whole = ethernet(ip4({}, tcp({.options = Octets(12, 1)}, Octets(400, 7))));
  for (const std::size_t kept : {54u, 60u, 66u, 100u}) {  // header, half of its options, all of them, some payload
    const Octets frame(whole.begin(), whole.begin() + static_cast<long>(kept));
    net::Row row = row_of(frame);
    row.wire_len = static_cast<std::uint32_t>(whole.size());
    const Read r = read(row);
    ASSERT_EQ(r.row.fate, Fate::flow) << kept;
    EXPECT_EQ(r.row.flags & net::kRowShort, net::kRowShort);
    EXPECT_EQ(r.row.payload + r.row.payload_len, kept);
    EXPECT_EQ(r.row.payload_len, kept > 66 ? kept - 66 : 0);
  }
}

TEST(Parse, EveryCutInsideTheHeadersIsAnErrorThatNamesTheLayer) {
  const Octets whole = ethernet(vlan(5, kHello));
  for (std::size_t kept = 0; kept < 58; ++kept) {
    const Octets frame(whole.begin(), whole.begin() + static_cast<long>(kept));
    const Read r = read(frame);
    expect_error(r, kept < 14 ? Layer::link : kept < 18 ? Layer::vlan : kept < 38 ? Layer::ipv4 : Layer::tcp, Err::truncated);
  }
}

TEST(Parse, SpaceTellsVniZeroFromNone) {
  net::Space none{};
  net::Space zero{};
  zero.has_vni = 1;
  EXPECT_EQ(net::space_of(none), 0u);
  EXPECT_NE(net::space_of(zero), 0u);
  zero.vni = 0xffffff;
  zero.tags = 3;
  zero.tag[0] = zero.tag[1] = zero.tag[2] = 0xfff;
  EXPECT_EQ(net::space_of(zero), 0x1fff'ffff'ffff'ffffu);
}

TEST(Parse, Ipv6ExtensionHeadersAreWalkedUpToALimit) {
  Segment s = udp({.sport = 1, .dport = 2}, as_octets("e"));
  for (const std::uint8_t type : Octets{60, 43, 0}) s = extension(type, s, type == 43 ? 2 : 0);
  const Octets few = ethernet(ip6({}, s));
  const Read r = read(few);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.proto, 17);
  EXPECT_EQ(r.row.l3, 14);
  EXPECT_EQ(r.payload(), "e");
  for (int i = 0; i < 5; ++i) s = extension(60, s);
  EXPECT_EQ(read(ethernet(ip6({}, s))).row.fate, Fate::flow);
  s = extension(60, s);
  expect_error(read(ethernet(ip6({}, s))), Layer::ipv6, Err::too_long);
}

TEST(Parse, MobilityWithNothingBehindItIsTheMessage) {
  const Octets frame = ethernet(ip6({}, extension(135, {59, {}})));
  const Read r = read(frame);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.proto, 135);
}

TEST(Parse, FragmentsAreNamedAndAtomicOnesPass) {
  const Octets first = ethernet(ip4({.id = 9, .place = 0x2000}, udp({}, Octets(32))));
  const Octets later = ethernet(ip4({.id = 9, .place = 5}, udp({}, Octets(32))));
  const Octets six = ethernet(ip6({}, extension(60, fragment6(7, 8, true, {17, Octets(16)}))));
  const Octets atomic = ethernet(ip6({}, fragment6(7, 0, false, udp({}, as_octets("atom")))));
  for (const Octets* frame : {&first, &later}) {
    const Read r = read(*frame);
    EXPECT_EQ(r.row.fate, Fate::fragment);
    EXPECT_EQ(r.row.l3, 14);
    EXPECT_EQ(r.row.proto, 17);
    EXPECT_EQ(r.row.payload, 34);
  }
  const Read r = read(six);
  EXPECT_EQ(r.row.fate, Fate::fragment);
  EXPECT_EQ(r.row.payload, 14 + 40 + 8 + 8);
  EXPECT_EQ(r.row.payload_len, 16);
  EXPECT_EQ(read(atomic).payload(), "atom");
}

TEST(Parse, IcmpHasItsTypeInTheRowAndNoPorts) {
  const Octets four = ethernet(ip4({}, icmp(8, 1, as_octets("ping"))));
  const Octets six = ethernet(ip6({}, icmp6(128, 2, as_octets("ping"))));
  for (const auto& [frame, proto, type, code] : {std::tuple{&four, 1, 8, 1}, std::tuple{&six, 58, 128, 2}}) {
    const Read r = read(*frame);
    ASSERT_EQ(r.row.fate, Fate::flow);
    EXPECT_EQ(r.row.proto, proto);
    EXPECT_EQ(r.row.icmp_type, type);
    EXPECT_EQ(r.row.icmp_code, code);
    EXPECT_EQ(r.key.port_a, 0);
    EXPECT_EQ(r.key.port_b, 0);
    EXPECT_EQ(r.payload(), "ping");
  }
}

TEST(Parse, SctpHasPorts) {
  const Octets frame = ethernet(ip4({}, sctp(2905, 2906, as_octets("m3ua"))));
  const Read r = read(frame);
  EXPECT_EQ(r.key.port_a, 2905);
  EXPECT_EQ(r.key.port_b, 2906);
  EXPECT_EQ(r.payload(), "m3ua");
}

TEST(Parse, TheSpiIsTheSameInBothPortsWhoeverSends) {
  const Octets up = ethernet(ip4({.src = "10.0.0.9", .dst = "10.0.0.3"}, esp(0xf4dc0ae5)));
  const Octets down = ethernet(ip4({.src = "10.0.0.3", .dst = "10.0.0.9"}, esp(0xf4dc0ae5)));
  const Read a = read(up);
  const Read b = read(down);
  EXPECT_TRUE(a.key == b.key);
  EXPECT_EQ(a.key.port_a, 0xf4dc);
  EXPECT_EQ(a.key.port_b, 0x0ae5);
  EXPECT_EQ(a.row.flags & net::kRowSwapped, net::kRowSwapped);
  EXPECT_EQ(b.row.flags & net::kRowSwapped, 0);
  const Octets signed_only = ethernet(ip6({}, ah(0x01020304, tcp({}, as_octets("clear")))));
  const Read c = read(signed_only);
  EXPECT_EQ(c.row.proto, 51);
  EXPECT_EQ(c.key.port_a, 0x0102);
  EXPECT_EQ(c.row.payload_len, 25);
}

TEST(Parse, OtherProtocolsAreFlowsWithoutPorts) {
  const Octets frame = ethernet(ip4({}, {89, as_octets("ospf")}));
  const Read r = read(frame);
  EXPECT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.key.proto, 89);
  EXPECT_EQ(r.key.port_a | r.key.port_b, 0);
  EXPECT_EQ(r.payload(), "ospf");
}

TEST(Parse, ContradictionsAreRefusedWithTheirLayer) {
  const Octets good = ethernet(kHello);
  const auto with = [&good](std::size_t at, std::uint8_t value) {
    Octets frame = good;
    frame.at(at) = value;
    return frame;
  };
  expect_error(read(with(14, 0x65)), Layer::ipv4, Err::bad_version);
  expect_error(read(with(14, 0x44)), Layer::ipv4, Err::bad_length);
  expect_error(read(with(14, 0x4f)), Layer::ipv4, Err::bad_length);  // header of 60 in a total length of 45
  expect_error(read(with(17, 19)), Layer::ipv4, Err::bad_length);
  expect_error(read(with(17, 39)), Layer::tcp, Err::truncated);
  expect_error(read(with(46, 0x40)), Layer::tcp, Err::bad_length);
  expect_error(read(with(46, 0xf0)), Layer::tcp, Err::bad_length);
  Octets six = ethernet(kHello6);
  six[14] = 0x45;
  expect_error(read(six), Layer::ipv6, Err::bad_version);
  Octets dgram = ethernet(ip4({}, udp({}, as_octets("u"))));
  dgram[39] = 7;
  expect_error(read(dgram), Layer::udp, Err::bad_length);
  dgram[39] = 10;
  expect_error(read(dgram), Layer::udp, Err::bad_length);
}

TEST(Parse, ATotalLengthBeyondTheFrameMeansACutFrame) {
  Octets frame = ethernet(kHello);
  set16(frame, 16, 1500);
  const Read r = read(frame);
  EXPECT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.row.flags & net::kRowShort, net::kRowShort);
  EXPECT_EQ(r.payload(), "hello");
}

TEST(Parse, AFirstFragmentThatWasCutIsReadForWhatItHolds) {
  Octets four = ethernet(ip4({.place = 0x2000}, udp({.dport = 53}, as_octets("begins"))));
  EXPECT_EQ(read(four).row.fate, Fate::fragment);
  set16(four, 16, 1500);
  set16(four, 38, 3000);  // the datagram's length, of which the fragment has a part
  const Read r = read(four);
  ASSERT_EQ(r.row.fate, Fate::flow);
  EXPECT_EQ(r.payload(), "begins");
  EXPECT_EQ(r.row.flags & net::kRowShort, net::kRowShort);
  Octets six = ethernet(ip6({}, extension(60, fragment6(7, 0, true, udp({.dport = 53}, as_octets("begins"))))));
  EXPECT_EQ(read(six).row.fate, Fate::fragment);
  set16(six, 18, 1400);
  set16(six, 74, 3000);
  EXPECT_EQ(read(six).payload(), "begins");
  EXPECT_EQ(read(six).key.port_b, 53);
}

TEST(Parse, ALaterFragmentThatWasCutIsStillAFragment) {
  Octets four = ethernet(ip4({.place = 0x2001}, {17, Octets(24)}));
  set16(four, 16, 1500);
  EXPECT_EQ(read(four).row.fate, Fate::fragment);
  Octets six = ethernet(ip6({}, fragment6(7, 8, true, {17, Octets(16)})));
  set16(six, 18, 1400);
  EXPECT_EQ(read(six).row.fate, Fate::fragment);
}

TEST(Parse, OffsetsThatDoNotFitARowAreRefused) {
  Segment s = udp({}, as_octets("far"));
  for (int i = 0; i < 8; ++i) s = extension(60, s, 255);
  Part p = ip6({}, s);
  for (int i = 0; i < 4; ++i) {
    Segment around = ip_in_ip(p);
    for (int k = 0; k < 8; ++k) around = extension(60, around, 255);
    p = ip6({}, around);
    set16(p.bytes, 4, 0);  // jumbo: longer than the field can say
  }
  const Octets frame = ethernet(p);
  ASSERT_GT(frame.size(), 70000u);
  expect_error(read(frame), Layer::ipv6, Err::too_long);
}

TEST(Parse, RowsAreClearedOfWhatWasThereBefore) {
  const Octets tcp_frame = ethernet(kHello);
  const Octets arp = ethernet({0x0806, Octets(28)});
  Read r = read(tcp_frame);
  r.row.frame = arp.data();
  r.row.len = r.row.wire_len = static_cast<std::uint32_t>(arp.size());
  net::read_headers(r.row, r.key, {}, &r.layers);
  EXPECT_EQ(r.row.fate, Fate::non_ip);
  EXPECT_EQ(r.row.proto | r.row.tcp_flags | r.row.payload | r.row.payload_len, 0);
  EXPECT_EQ(r.row.seq, 0u);
}

}  // namespace
}  // namespace pellucid
