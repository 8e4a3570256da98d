#include "lib/dns/message.h"

#include <gtest/gtest.h>

#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

TEST(DnsMessage, ReadsTheHeader) {
  const Wire w(0xabcd, 0x8583, {0, 0, 0, 0});
  const auto m = read_message(w.bytes());
  ASSERT_TRUE(m);
  const Header& h = m->header;
  EXPECT_EQ(h.id, 0xabcd);
  EXPECT_TRUE(h.response() && h.authoritative() && h.recursion_desired() && h.recursion_available() && h.zero());
  EXPECT_FALSE(h.truncated());
  EXPECT_EQ(h.opcode(), 0u);
  EXPECT_EQ(h.rcode(), 3u);
  EXPECT_EQ(read_message(w.bytes().first(11)).err(), Err::truncated);
}

TEST(DnsMessage, WalksQuestionsAndRecordsOfAllSections) {
  Wire w(1, 0x8180, {2, 1, 1, 1});
  w.question("a.example", kA).question("b.example", kAaaa);
  w.record(kA, octets({192, 0, 2, 1}), 300).record(kNs, octets({0xc0, 0x0c}), 2).record(kOpt, "", 0, 4096);
  const auto m = read_message(w.bytes());
  ASSERT_TRUE(m);
  Questions questions(*m);
  Question q{};
  ASSERT_TRUE(questions.next(q));
  EXPECT_EQ(q.type, kA);
  ASSERT_TRUE(questions.next(q));
  EXPECT_EQ(q.type, kAaaa);
  EXPECT_EQ(q.klass, 1);
  EXPECT_FALSE(questions.next(q));
  EXPECT_EQ(questions.err(), Err::none);
  Records records(*m);
  Record r{};
  ASSERT_TRUE(records.next(r));
  EXPECT_EQ(r.section, Section::answer);
  EXPECT_EQ(r.ttl, 300u);
  EXPECT_EQ(r.data.size(), 4u);
  EXPECT_EQ(r.data[0], 192);
  ASSERT_TRUE(records.next(r));
  EXPECT_EQ(r.section, Section::authority);
  ASSERT_TRUE(records.next(r));
  EXPECT_EQ(r.section, Section::additional);
  EXPECT_EQ(r.klass, 4096);
  EXPECT_FALSE(records.next(r));
  EXPECT_EQ(records.err(), Err::none);
  EXPECT_EQ(records.at(), w.size());
}

TEST(DnsMessage, GivesWhatComesBeforeACut) {
  Wire w(1, 0x8180, {1, 2, 0, 0});
  w.question("a.example", kA).record(kA, octets({192, 0, 2, 1})).record(kA, octets({192, 0, 2, 2}));
  const auto m = read_message(w.bytes().first(w.size() - 1));
  ASSERT_TRUE(m);
  Records records(*m);
  Record r{};
  EXPECT_TRUE(records.next(r));
  EXPECT_FALSE(records.next(r));
  EXPECT_EQ(records.err(), Err::truncated);
  EXPECT_FALSE(records.next(r));
}

TEST(DnsMessage, RecordsBehindABadQuestionAreNotRead) {
  Wire w(1, 0x8180, {1, 1, 0, 0});
  w.u8(0x40).record(kA, octets({192, 0, 2, 1}));
  const auto m = read_message(w.bytes());
  ASSERT_TRUE(m);
  Records records(*m);
  Record r{};
  EXPECT_FALSE(records.next(r));
  EXPECT_EQ(records.err(), Err::bad_name);
}

TEST(DnsMessage, AQuestionWithoutItsTypeIsCut) {
  Wire w(1, 0, {1, 0, 0, 0});
  w.name("a").u8(0);
  const auto m = read_message(w.bytes());
  Questions questions(*m);
  Question q{};
  EXPECT_FALSE(questions.next(q));
  EXPECT_EQ(questions.err(), Err::truncated);
}

TEST(DnsGlance, SeesTheFirstQuestion) {
  Glance g;
  EXPECT_EQ(glance(query("www.example.com", kAaaa).bytes(), g), Err::none);
  EXPECT_EQ(g.name.view(), "www.example.com");
  EXPECT_EQ(g.type, kAaaa);
  EXPECT_EQ(g.id, 0x1234);
  EXPECT_EQ(g.response, 0);
}

TEST(DnsGlance, SeesTheFirstRecordWhereThereIsNoQuestion) {
  Wire w(0, 0x8400, {0, 1, 0, 0});
  w.name("printer.local").u16(kA).u16(0x8001).u32(120).u16(4).raw(octets({192, 0, 2, 9}));
  Glance g;
  EXPECT_EQ(glance(w.bytes(), g), Err::none);
  EXPECT_EQ(g.name.view(), "printer.local");
  EXPECT_EQ(g.type, 0);
  EXPECT_EQ(g.response, 1);
}

TEST(DnsGlance, SaysWhyThereIsNoName) {
  Glance g;
  EXPECT_EQ(glance(as_bytes("ab"), g), Err::truncated);
  EXPECT_EQ(g.name.size, 0);
  const Wire bad = Wire(7, 0, {1, 0, 0, 0}).u8(0x80);
  EXPECT_EQ(glance(bad.bytes(), g), Err::bad_name);
  EXPECT_EQ(g.id, 7);
}

}  // namespace
}  // namespace pellucid::dns
