#include "lib/dns/text.h"

#include <gtest/gtest.h>

#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

std::string data_text(unsigned type, const std::string& data) {
  Wire w(1, 0x8180, {1, 1, 0, 0});
  w.question("d.example", type).record(type, data);
  const Message m = *read_message(w.bytes());
  Records records(m);
  Record r{};
  EXPECT_TRUE(records.next(r));
  std::string out;
  write_data(out, m, r);
  return out;
}
const std::string kSelf = octets({0xc0, 0x0c});

TEST(DnsText, WritesNames) {
  EXPECT_EQ(data_text(kCname, octets({1, 'x'}) + kSelf), "x.d.example");
  EXPECT_EQ(data_text(kNs, kSelf), "d.example");
  EXPECT_EQ(data_text(kPtr, kSelf), "d.example");
  EXPECT_EQ(data_text(kMx, octets({0, 10}) + kSelf), "d.example");
  EXPECT_EQ(data_text(kCname, octets({0xc0, 0xff})), "");
}

TEST(DnsText, JoinsStrings) {
  EXPECT_EQ(data_text(kTxt, octets({3, 'a', 'b', 'c', 0, 2, 'd', 'e'})), "abcde");
  EXPECT_EQ(data_text(kTxt, octets({1, 'a', 9, 'd', 'e'})), "a");
}

TEST(DnsText, WritesServices) {
  EXPECT_EQ(data_text(kHttps, octets({0, 1, 0, 0, 1, 0, 0})), "1 .");
  EXPECT_EQ(data_text(kSvcb, octets({0, 0}) + kSelf), "0 d.example");
  EXPECT_EQ(data_text(kSvcb, octets({0})), "");
}

TEST(DnsText, WritesCaa) {
  EXPECT_EQ(data_text(kCaa, octets({128, 5}) + "issueca.example"), "128 issue \"ca.example\"");
  EXPECT_EQ(data_text(kCaa, octets({128})), "");
}

TEST(DnsText, LeavesOtherFormsToTheCaller) {
  EXPECT_EQ(data_text(kA, octets({1, 2, 3, 4})), "");
  EXPECT_EQ(data_text(999, "abc"), "");
}

TEST(DnsText, WritesCodesByNameOrNumber) {
  std::string out;
  write_type(out, 28);
  out += ' ';
  write_type(out, 65280);
  out += ' ';
  write_rcode(out, 3);
  out += ' ';
  write_rcode(out, 3841);
  EXPECT_EQ(out, "AAAA 65280 NXDOMAIN 3841");
}

TEST(DnsText, WritesTheNameAtAnOffset) {
  const Wire w = query("a.b");
  const Message m = *read_message(w.bytes());
  std::string out;
  write_name(out, m, 12);
  write_name(out, m, 500);
  EXPECT_EQ(out, "a.b");
}

}  // namespace
}  // namespace pellucid::dns
