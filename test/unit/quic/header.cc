#include "lib/quic/header.h"

#include <gtest/gtest.h>

#include "test/unit/quic/make.h"

namespace pellucid::quic {
namespace {

const Octets kId = unhex("8394c8f03e515708");

TEST(Header, CoalescedPacketsAreReadOneByOne) {
  Octets datagram = seal({.origin = kId, .dcid = kId, .scid = {9}, .token = {5, 6}}, {1});
  const std::size_t first = datagram.size();
  append(datagram, seal({.origin = kId, .dcid = kId, .type = 2}, {1}));
  const std::size_t second = datagram.size() - first;
  append(datagram, unhex("40aabbcc"));
  const Result<Packet> a = read_packet(datagram);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->type, Type::initial);
  EXPECT_EQ(hex(a->dcid), hex(kId));
  EXPECT_EQ(hex(a->scid), "09");
  EXPECT_EQ(hex(a->token), "0506");
  EXPECT_EQ(a->whole.size(), first);
  const Result<Packet> b = read_packet(Bytes(datagram).subspan(first));
  ASSERT_TRUE(b);
  EXPECT_EQ(b->type, Type::handshake);
  EXPECT_EQ(b->whole.size(), second);
  const Result<Packet> c = read_packet(Bytes(datagram).subspan(first + second));
  ASSERT_TRUE(c);
  EXPECT_EQ(c->type, Type::ending);
  EXPECT_EQ(c->whole.size(), 4u);
}

TEST(Header, Version2NumbersItsTypesOtherwise) {
  const Type types[] = {Type::initial, Type::early, Type::handshake};
  for (const std::uint32_t v : {kV1, kV2}) {
    for (std::uint8_t t = 0; t < 3; ++t) {
      const Octets octets = seal({.version = v, .origin = kId, .dcid = kId, .type = t}, {1});
      EXPECT_EQ(read_packet(octets)->type, types[t]) << v;
      EXPECT_EQ(octets[0] >> 4 & 3, v == kV1 ? t : t + 1);
    }
    const Octets octets = retry({.version = v, .dcid = {1}, .scid = {2}, .token = {3, 4}}, kId);
    const Result<Packet> p = read_packet(octets);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->type, Type::retry);
    EXPECT_EQ(hex(p->token), "0304");
  }
}

TEST(Header, WhatIsCutIsRefused) {
  const Octets whole = seal({.origin = kId, .dcid = kId, .token = {1, 2}}, {1});
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_EQ(read_packet(Bytes(whole).first(n)).err(), Err::truncated) << n;
}

TEST(Header, IdsAreNoLongerThanAVersionAllows) {
  Octets long_id(21, 7);
  const Octets packet = seal({.origin = kId, .dcid = long_id}, {1});
  EXPECT_EQ(read_packet(packet).err(), Err::bad_length);
  Octets unknown{0xc0, 0x12, 0x34, 0x56, 0x78, 255};  // RFC 8999 5.1: a version to come may have longer ones
  unknown.resize(unknown.size() + 255);
  unknown.push_back(0);
  const Result<Packet> p = read_packet(unknown);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->type, Type::unread);
  EXPECT_EQ(p->dcid.size(), 255u);
}

TEST(Header, ALengthThatLeavesNoRoomForASampleIsRefused) {
  EXPECT_EQ(read_packet(unhex("c00000000100000003000000")).err(), Err::bad_length);
}

TEST(Header, ProbesTellWhatBeginsAConnection) {
  EXPECT_EQ(probe(seal({.origin = kId, .dcid = kId}, {1})), Probe::yes);
  EXPECT_EQ(probe(unhex("800000000000049988776600000001")), Probe::yes);  // versions of a server, one of them known
  EXPECT_EQ(probe(unhex("80000000000004998877660a0a0a0a")), Probe::no);   // … none of them
  EXPECT_EQ(probe(unhex("8000000000")), Probe::no);
  EXPECT_EQ(probe(unhex("40aabbccddeeff00112233445566778899aabbccddeeff00")), Probe::no);    // a short header says nothing
  EXPECT_EQ(probe(unhex("80600000000000000000000000000000000000000000000000")), Probe::no);  // RTP
  EXPECT_EQ(probe({}), Probe::no);
  EXPECT_EQ(probe(unhex("0d0102030405060708513034330100")), Probe::yes);  // Q043
  EXPECT_EQ(probe(unhex("090102030405060708513034390100")), Probe::yes);
  EXPECT_EQ(probe(unhex("0d0102030405060708583034330100")), Probe::no);
}

TEST(Header, AnUnknownVersionIsBelievedWhereItIsGrease) {
  Octets grease{0xc5, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0};
  EXPECT_EQ(probe(grease), Probe::no);  // too short for a client (RFC 9000 14.1)
  grease.resize(1200);
  EXPECT_EQ(probe(grease), Probe::yes);
  grease[1] = 0x1b;
  EXPECT_EQ(probe(grease), Probe::no);
}

}  // namespace
}  // namespace pellucid::quic
