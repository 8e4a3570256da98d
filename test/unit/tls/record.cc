#include "lib/tls/record.h"

#include <gtest/gtest.h>

#include <random>

#include "test/unit/tls/make.h"

namespace pellucid::tls {
namespace {

using namespace make;

TEST(Record, AHeaderOfFiveOctetsIsRead) {
  const auto head = read_record_head(Octets{22, 3, 1, 0x02, 0x00});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->type, Content::handshake);
  EXPECT_EQ(head->version, 0x0301);
  EXPECT_EQ(head->length, 512);
}

TEST(Record, AShortHeaderAsksForMoreAndAnImpossibleOneIsRefusedAtItsFirstBadOctet) {
  EXPECT_EQ(read_record_head(Octets{22, 3, 1, 2}).err(), Err::more);
  EXPECT_EQ(read_record_head(Octets{}).err(), Err::more);
  EXPECT_EQ(read_record_head(Octets{'G'}).err(), Err::not_mine);
  EXPECT_EQ(read_record_head(Octets{22, 2}).err(), Err::not_mine);
  EXPECT_EQ(read_record_head(Octets{22, 3, 5}).err(), Err::not_mine);
  EXPECT_EQ(read_record_head(Octets{22, 3, 3, 0x48, 0x01}).err(), Err::too_long);
  EXPECT_TRUE(read_record_head(Octets{22, 3, 3, 0x48, 0x00}));
}

TEST(Record, EveryPrefixOfAHelloIsUnsureUntilElevenOctetsMakeItCertain) {
  const Octets bytes = record(22, message(1, hybrid_hello("a.example")));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(probe(Bytes(bytes).first(n)), n < 11 ? Probe::unsure : Probe::yes) << n;
  }
}

TEST(Record, AHelloInRecordsOfOneOctetIsRecognised) {
  const Octets bytes = records(message(1, old_hello("a.example")), 1);
  EXPECT_EQ(probe(bytes), Probe::yes);
  EXPECT_EQ(probe(Bytes(bytes).first(20)), Probe::unsure);
}

TEST(Record, AServerHelloAndAnAlertAreRecognisedToo) {
  EXPECT_EQ(probe(record(22, message(2, server_hello13(29)))), Probe::yes);
  EXPECT_EQ(probe(record(21, {2, 40}, 0x0301)), Probe::yes);
  EXPECT_EQ(probe(record(21, {3, 40})), Probe::no);
  EXPECT_EQ(probe(record(21, Octets(26, 0))), Probe::no);
}

TEST(Record, OtherMessagesOtherProtocolsAndTlsJoinedMidwayAreNot) {
  EXPECT_EQ(probe(record(22, message(11, chain12({})))), Probe::no);
  EXPECT_EQ(probe(sealed(23, 100)), Probe::no);
  EXPECT_EQ(probe(kCcs), Probe::no);
  EXPECT_EQ(probe(octets("GET / HTTP/1.1\r\n")), Probe::no);
  EXPECT_EQ(probe(octets("SSH-2.0-x\r\n")), Probe::no);
  EXPECT_EQ(probe(record(22, message(1, Octets(10, 3)))), Probe::no);
  Octets huge = record(22, message(1, old_hello("a.example")));
  huge[6] = 1;
  huge[7] = 0x80;  // 98,304 octets and more: still believed
  EXPECT_EQ(probe(huge), Probe::yes);
  huge[6] = 3;
  EXPECT_EQ(probe(huge), Probe::no);
}

TEST(Record, AnSslv2HelloIsRecognisedWhenItsLengthsAgree) {
  Octets hello = v2_hello();
  EXPECT_EQ(probe(hello), Probe::yes);
  EXPECT_EQ(probe(Bytes(hello).first(10)), Probe::unsure);
  hello[1] = static_cast<std::uint8_t>(hello[1] + 1);
  EXPECT_EQ(probe(hello), Probe::no);
}

TEST(Record, RandomOctetsAreNeverRecognised) {
  std::mt19937_64 rng(7);
  for (unsigned round = 0; round < 200'000; ++round) {
    std::uint8_t bytes[24];
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(rng());
    ASSERT_EQ(probe(bytes), Probe::no);
  }
}

}  // namespace
}  // namespace pellucid::tls
