#include "lib/net/pcap.h"

#include "test/unit/net/capture.h"

namespace pellucid::net {
namespace {

class BothOrders : public testing::TestWithParam<std::endian> {
 protected:
  Maker file{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Pcap, BothOrders, testing::Values(std::endian::little, std::endian::big));

TEST_P(BothOrders, MicrosecondRecordsAreRead) {
  file.pcap(0xa1b2c3d4, 1).record(1700000000, 123456, "hello", 5).record(1700000001, 7, "cut", 60);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 2u);
  EXPECT_EQ(o.frames[0], (Seen{"hello", 1700000000 * kSecond + 123456000, 5, 0, Link::ethernet, 0}));
  EXPECT_EQ(o.frames[1], (Seen{"cut", 1700000001 * kSecond + 7000, 60, 0, Link::ethernet, kRowShort}));
  EXPECT_EQ(o.err, Err::none);
  EXPECT_EQ(o.offset, file.bytes.size());
}

TEST_P(BothOrders, NanosecondRecordsAreRead) {
  file.pcap(0xa1b23c4d, 101).record(4294967295, 999999999, "x", 1);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 1u);
  EXPECT_EQ(o.frames[0].ts_ns, 4294967295 * kSecond + 999999999);
  EXPECT_EQ(o.frames[0].link, Link::raw_ip);
}

TEST_P(BothOrders, ModifiedRecordsHaveEightOctetsMore) {
  file.pcap(0xa1b2cd34, 1);
  for (const char* frame : {"first", "second"}) {
    const auto n = static_cast<std::uint32_t>(std::string_view(frame).size());
    file.u32(9).u32(1).u32(n).u32(n).u32(2).u16(0x800).u16(0).text(frame);
  }
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 2u);
  EXPECT_EQ(o.frames[1].bytes, "second");
  EXPECT_EQ(o.frames[1].ts_ns, 9 * kSecond + 1000);
}

TEST_P(BothOrders, OldVersionsMayHaveTheirLengthsSwapped) {
  file.pcap(0xa1b2c3d4, 1, 2).u32(1).u32(0).u32(60).u32(4).text("abcd").record(2, 0, "ef", 9);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 2u);
  EXPECT_EQ(o.frames[0], (Seen{"abcd", kSecond, 60, 0, Link::ethernet, kRowShort}));
  EXPECT_EQ(o.frames[1], (Seen{"ef", 2 * kSecond, 9, 0, Link::ethernet, kRowShort}));
}

TEST_P(BothOrders, CheckSequencesAreTakenOffWhereTheFileSaysThatThereAreSome) {
  file.pcap(0xa1b2c3d4, 0x2400'0001)
      .record(1, 0, "payloadFCS4", 11)
      .record(1, 0, "payloadFC", 11)
      .record(1, 0, "pay", 11)
      .record(1, 0, "F", 1);
  const Outcome o = read_all(file.bytes);
  ASSERT_EQ(o.frames.size(), 4u);
  EXPECT_EQ(o.frames[0], (Seen{"payload", kSecond, 7, 0, Link::ethernet, 0}));
  EXPECT_EQ(o.frames[1], (Seen{"payload", kSecond, 7, 0, Link::ethernet, 0}));
  EXPECT_EQ(o.frames[2], (Seen{"pay", kSecond, 7, 0, Link::ethernet, kRowShort}));
  EXPECT_EQ(o.frames[3], (Seen{"", kSecond, 0, 0, Link::ethernet, 0}));
  Maker unknown(GetParam());
  unknown.pcap(0xa1b2c3d4, 0x2000'0001).record(1, 0, "payloadFCS4", 11);
  EXPECT_EQ(read_all(unknown.bytes).frames.at(0).wire_len, 11u);
}

TEST_P(BothOrders, WireLengthIsNeverBelowWhatWasCaptured) {
  file.pcap(0xa1b2c3d4, 1).record(1, 0, "abc", 2);
  EXPECT_EQ(read_all(file.bytes).frames.at(0), (Seen{"abc", kSecond, 3, 0, Link::ethernet, 0}));
}

TEST_P(BothOrders, FramesOverTheLimitEndTheCaptureAtTheirOffset) {
  const std::string longest(PcapReader::kMaxFrame, 'x');
  file.pcap(0xa1b2c3d4, 1).record(1, 0, longest, PcapReader::kMaxFrame);
  const std::size_t wrong = file.bytes.size();
  file.u32(1).u32(0).u32(PcapReader::kMaxFrame + 1).u32(1).text("…");
  const Outcome o = read_all(file.bytes);
  EXPECT_EQ(o.frames.size(), 1u);
  EXPECT_EQ(o.frames.at(0).bytes, longest);
  EXPECT_EQ(o.err, Err::too_long);
  EXPECT_EQ(o.offset, wrong);
}

TEST_P(BothOrders, LinkTypesAreMapped) {
  const std::pair<std::uint16_t, Link> expected[] = {
      {1, Link::ethernet}, {101, Link::raw_ip}, {12, Link::raw_ip},       {14, Link::raw_ip},        {228, Link::raw_ip},
      {229, Link::raw_ip}, {0, Link::null},     {108, Link::loop},        {113, Link::sll},          {276, Link::sll2},
      {9, Link::ppp},      {50, Link::ppp},     {127, Link::unsupported}, {65535, Link::unsupported}};
  for (const auto& [number, link] : expected) {
    Maker m(GetParam());
    m.pcap(0xa1b2c3d4, number).record(1, 0, "x", 1);
    const Outcome o = read_all(m.bytes);
    ASSERT_EQ(o.frames.size(), 1u) << number;  // frames of an unknown link type come too, to be counted
    EXPECT_EQ(o.frames[0].link, link) << number;
    EXPECT_EQ(o.interfaces.at(0).link_type, number);
  }
}

std::string varied_pcap(std::endian order) {
  Maker m(order);
  m.pcap(0xa1b2c3d4, 1).record(1, 2, "first", 5).record(3, 4, "", 0).record(5, 6, std::string(40, 'z'), 1500);
  return m.bytes;
}
std::string varied_pcapng(std::endian order) {
  Maker m(order);
  m.section().interface(1, 30, Maker(order).option(2, "eth0").option(9, "\x09").u32(0).bytes).enhanced(0, 77, "first", 5);
  m.block(10, "secret")
      .old(0, 88, "second")
      .simple("third", 5)
      .section()
      .interface(101, 0)
      .enhanced(0, 99, "", 9)
      .block(5, "end");
  return m.bytes;
}

TEST_P(BothOrders, ACaptureInPiecesOfAnySizeIsTheSameCapture) {
  for (const std::string& whole : {varied_pcap(GetParam()), varied_pcapng(GetParam())}) {
    const Outcome expected = read_all(whole);
    ASSERT_GE(expected.frames.size(), 3u);
    for (std::size_t step = 1; step <= 64; ++step) {
      const Outcome o = read_all(whole, step);
      EXPECT_EQ(o.frames, expected.frames) << step;
      EXPECT_EQ(o.err, Err::none);
      EXPECT_EQ(o.secrets, expected.secrets);
    }
  }
}

TEST_P(BothOrders, ACaptureCutAnywhereGivesEveryWholeFrameBefore) {
  for (const std::string& whole : {varied_pcap(GetParam()), varied_pcapng(GetParam())}) {
    const Outcome expected = read_all(whole);
    std::size_t before = 0;
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      const Outcome o = read_all(std::string_view(whole).substr(0, cut), 7);
      ASSERT_LE(o.frames.size(), expected.frames.size());
      EXPECT_TRUE(std::equal(o.frames.begin(), o.frames.end(), expected.frames.begin())) << cut;
      EXPECT_GE(o.frames.size(), before) << cut;
      EXPECT_TRUE(o.err == Err::truncated || (o.err == Err::none && o.offset == cut)) << cut;
      before = o.frames.size();
    }
    EXPECT_EQ(before, expected.frames.size());
  }
}

TEST(Pcap, WhatIsNoCaptureIsToldAtOnce) {
  for (const char* text : {"#!/bin/sh\nexit\n", "GET / HTTP/1.1\r\n\r\n",
                           "\x7f"
                           "ELF\x02\x01\x01"}) {
    const Outcome o = read_all(text);
    EXPECT_EQ(o.err, Err::not_mine);
    EXPECT_EQ(o.offset, 0u);
  }
  EXPECT_EQ(read_all("").err, Err::truncated);
  EXPECT_EQ(read_all("\xd4\xc3").err, Err::truncated);
  EXPECT_EQ(read_all(Maker(std::endian::big).u32(0xa1b2c3d4).u16(3).u16(0).text(std::string(16, '\0')).bytes).err,
            Err::bad_version);
}

TEST(Pcap, WhatIsWrittenIsReadAgain) {
  std::array<std::uint8_t, kPcapHeader> header;
  std::array<std::uint8_t, kPcapRecordHeader> record;
  write_pcap_header(header, 276);
  write_pcap_record(record, {1'700'000'000'123'456'789, 3, 1500});
  const Outcome o = read_all(std::string(as_text(header)) + std::string(as_text(record)) + "abc");
  ASSERT_EQ(o.frames.size(), 1u);
  EXPECT_EQ(o.frames[0], (Seen{"abc", 1'700'000'000'123'456'789, 1500, 0, Link::sll2, kRowShort}));
  EXPECT_EQ(o.err, Err::none);
}

TEST(Pcap, MoreFramesThanABurstHoldsComeInSeveral) {
  Maker m(std::endian::little);
  m.pcap(0xa1b2c3d4, 1);
  for (std::uint32_t i = 0; i < 3 * kBurst + 1; ++i) m.record(i, 0, std::to_string(i), 100);
  const auto reader = std::make_unique<PcapReader>();
  const auto burst = std::make_unique<Burst>();
  Bytes unread = as_bytes(m.bytes);
  ASSERT_EQ(reader->begin(unread), Err::none);
  for (int i = 0; i < 3; ++i) {
    burst->n = 0;
    EXPECT_EQ(reader->read(unread, *burst), Err::none);
    EXPECT_EQ(burst->n, kBurst);
  }
  burst->n = 0;
  EXPECT_EQ(reader->read(unread, *burst), Err::more);
  EXPECT_EQ(burst->n, 1u);
  EXPECT_EQ(reader->end(unread), Err::none);
}

}  // namespace
}  // namespace pellucid::net
