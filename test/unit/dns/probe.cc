#include "lib/dns/probe.h"

#include <gtest/gtest.h>

#include <random>

#include "lib/dns/message.h"
#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

constexpr Ports kDnsPorts{40000, 53}, kOther{40000, 40001}, kMdns{5353, 5353};

TEST(DnsProbe, SaysYesToQueriesAndResponsesOnAnyPort) {
  Wire answer(1, 0x8180, {1, 1, 0, 1});
  answer.question("a.example", kA).record(kA, octets({192, 0, 2, 1})).u8(0).u16(kOpt).u16(1232).u32(0).u16(0);
  for (const Ports ports : {kDnsPorts, kOther, kMdns, Ports{53, 1}}) {
    EXPECT_EQ(probe(query("www.example.com").bytes(), ports), Probe::yes);
    EXPECT_EQ(probe(query("_sip._tcp.example.com", kSrv).bytes(), ports), Probe::yes);
    EXPECT_EQ(probe(answer.bytes(), ports), Probe::yes);
  }
}

TEST(DnsProbe, IsStrictOnOtherPorts) {
  Wire tail = query("www.example.com");
  tail.u8(0);
  Wire two(1, 0x0100, {2, 0, 0, 0});
  two.question("a", kA).question("b", kA);
  Wire answer(1, 0x8180, {1, 2, 0, 0});
  answer.question("a.example", kA).record(kA, octets({192, 0, 2, 1}));
  Wire zero(1, 0x0140, {1, 0, 0, 0});
  zero.question("a.example", kA);
  const Wire unprintable = query(std::string_view("a\x01z.example"));
  const Wire root = query("");
  for (const Wire& w : {tail, two, answer, zero, unprintable, root}) {
    EXPECT_EQ(probe(w.bytes(), kOther), Probe::no);
    EXPECT_EQ(probe(w.bytes(), kDnsPorts), Probe::yes);
  }
}

TEST(DnsProbe, SaysNoToWhatCannotBeDns) {
  Wire type(1, 0x0100, {1, 0, 0, 0});
  type.question("a.example", 4711).u8(0);
  Wire klass(1, 0x0100, {1, 0, 0, 0});
  klass.question("a.example", kA, 77).u8(0);
  Wire counts(1, 0x8180, {1, 65535, 0, 0});
  counts.question("a.example", kA);
  Wire opcode(1, 0x5900, {1, 0, 0, 0});
  opcode.question("a.example", kA);
  Wire questions(1, 0x0100, {65, 0, 0, 0});
  questions.question("a.example", kA);
  const Wire none(1, 0x0100, {0, 0, 0, 0});
  const Wire accepted(1, 0x8180, {0, 0, 0, 0});
  const Wire short_name = Wire(1, 0x0100, {1, 0, 0, 0}).u8(9);
  for (const Wire& w : {type, klass, counts, opcode, questions, none, accepted, short_name}) {
    EXPECT_EQ(probe(w.bytes(), kDnsPorts), Probe::no);
  }
  EXPECT_EQ(probe({}, kDnsPorts), Probe::no);
  EXPECT_EQ(probe(query("a.example").bytes().first(11), kDnsPorts), Probe::no);
  EXPECT_EQ(probe(query("a.example").bytes().first(20), kDnsPorts), Probe::no);
}

TEST(DnsProbe, AcceptsResponsesWithoutQuestionOnItsOwnPorts) {
  const Wire refusal(1, 0x8185, {0, 0, 0, 0});
  EXPECT_EQ(probe(refusal.bytes(), kDnsPorts), Probe::yes);
  EXPECT_EQ(probe(refusal.bytes(), kOther), Probe::no);
  Wire mdns(0, 0x8400, {0, 1, 0, 0});
  mdns.name("printer.local").u16(kA).u16(0x8001).u32(120).u16(4).raw(octets({192, 0, 2, 9}));
  EXPECT_EQ(probe(mdns.bytes(), kMdns), Probe::yes);
  EXPECT_EQ(probe(mdns.bytes(), kOther), Probe::no);
  Wire bad(0, 0x8400, {0, 1, 0, 0});
  bad.raw(octets({0xc0, 0x00, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(probe(bad.bytes(), kMdns), Probe::no);
}

TEST(DnsProbe, AcceptsPrivateTypesOnItsOwnPortsWhereAllElseIsRight) {
  EXPECT_EQ(probe(query("a.example", 65534).bytes(), kDnsPorts), Probe::yes);
  EXPECT_EQ(probe(query("a.example", 65534).bytes(), kOther), Probe::no);
}

TEST(DnsProbe, LeavesNetbiosAlone) {
  Wire w(1, 0x0110, {1, 0, 0, 0});
  w.question("FHEPFCELEHFCEPFFFACACACACACACABL", 0x20);
  EXPECT_EQ(probe(w.bytes(), {137, 137}), Probe::no);
  EXPECT_EQ(probe(w.bytes(), kOther), Probe::no);
  EXPECT_EQ(probe(w.bytes(), kDnsPorts), Probe::yes);  // a host that asks its DNS server for such a name
  EXPECT_EQ(probe(query("a.example").bytes(), {137, 1}), Probe::no);
}

TEST(DnsProbe, SaysNoToRandomDatagrams) {
  std::mt19937 random(5);
  unsigned lenient = 0;
  for (unsigned i = 0; i < 300'000; ++i) {
    std::uint8_t bytes[80];
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
    bytes[4] = 0;  // the hardest case: one question is announced
    bytes[5] = 1;
    EXPECT_EQ(probe(bytes, kOther), Probe::no);
    EXPECT_EQ(probe_stream(bytes, kOther), Probe::no);
    lenient += probe(bytes, kDnsPorts) == Probe::yes ? 1 : 0;
  }
  EXPECT_LE(lenient, 3u);
}

TEST(DnsProbeStream, IsUnsureUntilTheQuestionIsThere) {
  const std::string whole = query("www.example.com").framed();
  for (const Ports ports : {kDnsPorts, kOther}) {
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_EQ(probe_stream(as_bytes(whole.substr(0, n)), ports), Probe::unsure) << n;
    EXPECT_EQ(probe_stream(as_bytes(whole), ports), Probe::yes);
    EXPECT_EQ(probe_stream(as_bytes(whole + "more"), ports), Probe::yes);
  }
}

TEST(DnsProbeStream, NeedsNoMoreThanTheQuestionOfALongMessage) {
  Wire w(1, 0x8180, {1, 1, 0, 0});
  w.question("a.example", kTxt);
  const std::size_t enough = 2 + w.size();
  w.record(kTxt, std::string(300, 'x'));
  EXPECT_EQ(probe_stream(as_bytes(w.framed().substr(0, enough - 1)), kOther), Probe::unsure);
  EXPECT_EQ(probe_stream(as_bytes(w.framed().substr(0, enough)), kOther), Probe::yes);
}

TEST(DnsProbeStream, SaysNoEarly) {
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 16})), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 40, 1, 2, 0x78, 0})), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 40, 1, 2, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0})), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 40, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 1})), kOther), Probe::unsure);
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 40, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1})), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(octets({0, 40, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x40})), kOther), Probe::no);
  Wire tail = query("a.example");
  tail.u8(0);
  EXPECT_EQ(probe_stream(as_bytes(tail.framed()), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(tail.framed()), kDnsPorts), Probe::yes);
  EXPECT_EQ(probe_stream(as_bytes("GET / HTTP/1.1\r\n"), kOther), Probe::no);
  EXPECT_EQ(probe_stream(as_bytes(octets({0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 0, 0})), kOther), Probe::no);
}

}  // namespace
}  // namespace pellucid::dns
