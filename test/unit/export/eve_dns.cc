#include "lib/export/eve_dns.h"

#include <gtest/gtest.h>

#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

Octets header(unsigned flags, unsigned questions, unsigned answers, unsigned authorities, unsigned additionals) {
  Octets m;
  add16(m, 0x3e80);
  for (const unsigned v : {flags, questions, answers, authorities, additionals}) add16(m, v);
  return m;
}
void add_name(Octets& m) { add(m, {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0}); }
void add_record(Octets& m, unsigned type, const Octets& data) {
  add(m, {0xc0, 12});
  add16(m, type);
  add16(m, 1);
  add(m, {0, 0, 0x0e, 0x10});
  add(m, behind16(data));
}

std::string dns_line(const Octets& message, std::uint8_t response, Kind kind = Kind::dns) {
  Bench b;
  Head h = head_of(kind);
  h.proto = 17;
  DnsBody body{};
  body.tx = 7;
  body.response = response;
  const std::array pieces{piece(Part::dns_message, message)};
  return b.line(h, body, pieces);
}

TEST(EveDns, ARequestIsWrittenInTheThirdForm) {
  Octets m = header(0x0100, 1, 0, 0, 0);
  add_name(m);
  add(m, {0, 1, 0, 1});
  EXPECT_TRUE(has(dns_line(m, 0),
                  "\"dns\":{\"version\":3,\"type\":\"request\",\"tx_id\":7,\"id\":16000,\"flags\":\"100\",\"rd\":true,"
                  "\"opcode\":0,\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"example.org\",\"rrtype\":\"A\"}]},"));
}

TEST(EveDns, AResponseShowsItsRecordsAloneAndGrouped) {
  Octets m = header(0x8583, 1, 4, 1, 2);
  add_name(m);
  add(m, {0, 255, 0, 1});
  add_record(m, 1, {93, 184, 216, 34});
  add_record(m, 28, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  add_record(m, 16, {4, 'a', '"', 0xff, 0});
  add_record(m, 33, {0, 1, 0, 2, 0, 80, 0xc0, 12});
  Octets soa;
  add(soa, {0xc0, 12, 0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5});
  add_record(m, 6, soa);
  add_record(m, 44, {1, 2, 0xab, 0xcd});
  add(m, {0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0});  // OPT
  const std::string line = dns_line(m, 1);
  EXPECT_TRUE(
      has(line, "\"flags\":\"8583\",\"qr\":true,\"aa\":true,\"rd\":true,\"ra\":true,\"opcode\":0,\"rcode\":\"NXDOMAIN\""));
  EXPECT_TRUE(has(line,
                  "\"answers\":[{\"rrname\":\"example.org\",\"rrtype\":\"A\",\"ttl\":3600,\"rdata\":\"93.184.216.34\"},"
                  "{\"rrname\":\"example.org\",\"rrtype\":\"AAAA\",\"ttl\":3600,\"rdata\":\"2001:db8::1\"}"));
  EXPECT_TRUE(has(line, "\"rdata\":\"a\\\"\xef\xbf\xbd\\u0000\""));
  EXPECT_TRUE(has(line, "\"srv\":{\"priority\":1,\"weight\":2,\"port\":80,\"name\":\"example.org\"}"));
  EXPECT_TRUE(
      has(line,
          "\"authorities\":[{\"rrname\":\"example.org\",\"rrtype\":\"SOA\",\"ttl\":3600,\"soa\":{\"mname\":\"example.org\","
          "\"rname\":\"example.org\",\"serial\":1,\"refresh\":2,\"retry\":3,\"expire\":4,\"minimum\":5}}]"));
  EXPECT_TRUE(has(line, "\"additionals\":[{\"rrname\":\"example.org\",\"rrtype\":\"SSHFP\",\"ttl\":3600}]"));
  EXPECT_TRUE(has(line, "\"grouped\":{\"A\":[\"93.184.216.34\"],\"TXT\":["));
  EXPECT_TRUE(has(line, "\"SRV\":[{\"priority\":1"));
  EXPECT_FALSE(has(line, "incomplete"));
}

TEST(EveDns, ATornMessageShowsWhatCameBeforeAndSaysSo) {
  Octets m = header(0x8180, 1, 2, 0, 0);
  add_name(m);
  add(m, {0, 1, 0, 1});
  add_record(m, 1, {10, 0, 0, 1});
  const std::string line = dns_line(m, 1);
  EXPECT_TRUE(has(line, "\"rdata\":\"10.0.0.1\""));
  EXPECT_TRUE(has(line, "\"incomplete\":true"));
  for (std::size_t n = 0; n < m.size(); ++n)
    EXPECT_TRUE(has(dns_line(Octets(m.begin(), m.begin() + static_cast<long>(n)), 1), "incomplete"));
}

TEST(EveDns, MoreRecordsThanAreShownAreNotWritten) {
  Octets m = header(0x8180, 0, 1 + kMaxShown, 0, 0);
  for (unsigned i = 0; i <= kMaxShown; ++i) {
    add(m, {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 0, 0, i});
  }
  const std::string line = dns_line(m, 1);
  EXPECT_TRUE(has(line, "\"rdata\":\"10.0.0.127\""));
  EXPECT_FALSE(has(line, "\"rdata\":\"10.0.0.128\""));
  EXPECT_TRUE(has(line, "\"incomplete\":true"));
}

TEST(EveDns, MulticastDnsHasAFormOfItsOwnAndTheRestUnderOurName) {
  Octets m = header(0x8410, 1, 3, 1, 1);
  add_name(m);
  add(m, {0, 12, 0, 1});
  add_record(m, 12, {0xc0, 12});
  add_record(m, 16, {3, 'a', '=', '1', 0, 2, 'b', '"'});
  add_record(m, 1, {10, 0, 0, 1});
  add_record(m, 16, {1, 'x'});
  add_record(m, 33, {0, 0, 0, 0, 0x1f, 0x90, 0xc0, 12});
  const std::string line = dns_line(m, 1, Kind::mdns);
  EXPECT_TRUE(has(line, "\"event_type\":\"mdns\""));
  EXPECT_TRUE(has(line,
                  "\"mdns\":{\"type\":\"response\",\"id\":16000,\"flags\":[\"aa\",\"cd\"],\"opcode\":0,\"rcode\":0,"
                  "\"queries\":[{\"rrname\":\"example.org\",\"rrtype\":\"ptr\"}],"
                  "\"answers\":[{\"rrname\":\"example.org\",\"ptr\":\"example.org\"},"
                  "{\"rrname\":\"example.org\",\"txt\":[\"a=1\",\"\",\"b\\\"\"]},{\"rrname\":\"example.org\"}],"
                  "\"authorities\":[{\"rrname\":\"example.org\"}],\"additionals\":[{\"rrname\":\"example.org\"}]}"));
  EXPECT_TRUE(has(line, "{\"rrname\":\"example.org\",\"rrtype\":\"A\",\"ttl\":3600,\"rdata\":\"10.0.0.1\"}"));
  EXPECT_TRUE(has(line, "\"srv\":{\"priority\":0,\"weight\":0,\"port\":8080,\"name\":\"example.org\"}"));
  EXPECT_FALSE(has(line, "\"dns\":"));
  EXPECT_FALSE(has(line, "incomplete"));
  m.pop_back();
  EXPECT_TRUE(has(dns_line(m, 1, Kind::mdns), "\"incomplete\":true"));
  const std::string question = dns_line(Octets(m.begin(), m.begin() + 5), 0, Kind::mdns);
  EXPECT_TRUE(has(question, "\"mdns\":{\"type\":\"request\"}"));
}

}  // namespace
}  // namespace pellucid::exporter
