#include "lib/export/text.h"

#include <arpa/inet.h>
#include <ctime>
#include <random>

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"

namespace pellucid::exporter {
namespace {

std::string time_text(std::uint64_t ns) {
  std::string out;
  write_time(out, ns);
  return out;
}

void set_address(std::uint8_t (&out)[16], std::uint8_t family, const char* text) {
  ASSERT_EQ(inet_pton(family == 6 ? AF_INET6 : AF_INET, text, out), 1) << text;
}

std::string address_text(const char* text) {
  std::uint8_t a[16] = {};
  const std::uint8_t family = std::string_view(text).find(':') != std::string_view::npos ? 6 : 4;
  set_address(a, family, text);
  std::string out;
  write_address(out, address_of(a, family));
  return out;
}

TEST(Text, TimesAreUtcWithMicroseconds) {
  EXPECT_EQ(time_text(0), "1970-01-01T00:00:00.000000+0000");
  EXPECT_EQ(time_text(1'795'352'461'123'456'789), "2026-11-22T13:01:01.123456+0000");
  EXPECT_EQ(time_text(951'782'399'999'999'999), "2000-02-28T23:59:59.999999+0000");
  EXPECT_EQ(time_text(951'782'400'000'000'000), "2000-02-29T00:00:00.000000+0000");
  EXPECT_EQ(time_text(~std::uint64_t{0}), "2554-07-21T23:34:33.709551+0000");
}

TEST(Text, DatesAgreeWithTheCLibraryOverFiveCenturies) {
  for (std::int64_t day = 0; day < 213'503; ++day) {
    const std::time_t t = day * 86'400;
    std::tm tm{};
    ASSERT_NE(gmtime_r(&t, &tm), nullptr);
    const Date d = date_of(day);
    ASSERT_EQ(d.year, tm.tm_year + 1900);
    ASSERT_EQ(d.month, static_cast<unsigned>(tm.tm_mon + 1));
    ASSERT_EQ(d.day, static_cast<unsigned>(tm.tm_mday));
  }
}

TEST(Text, AddressesFollowRfc5952) {
  for (const char* same : {"192.168.0.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1",
                           "1::", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "2001:db8::1:0:0:1", "fe80::200:86ff:fe05:80da",
                           "1:2:3:4:5:6:7:8", "1:2:3:4:5:6::", "::3:4:5:6:7:8", "a:b:c:d:e:f:0:1"}) {
    EXPECT_EQ(address_text(same), same);
  }
  EXPECT_EQ(address_text("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  std::string out;
  write_address(out, {});
  EXPECT_EQ(out, "");
}

TEST(Text, RandomIpv6AddressesReadBackAsThemselves) {
  std::mt19937_64 random(3);
  for (unsigned round = 0; round < 20'000; ++round) {
    std::uint8_t a[16], back[16];
    for (unsigned i = 0; i < 16; i += 2) {
      const bool zero = random() % 2 == 0;
      a[i] = zero ? std::uint8_t{0} : static_cast<std::uint8_t>(random());
      a[i + 1] = zero ? std::uint8_t{0} : static_cast<std::uint8_t>(random());
    }
    std::string out;
    write_address(out, a);
    ASSERT_EQ(inet_pton(AF_INET6, out.c_str(), back), 1) << out;
    ASSERT_EQ(std::memcmp(a, back, sizeof a), 0) << out;
  }
}

TEST(Text, Base64IsThatOfRfc4648) {
  const auto text = [](std::string_view s) {
    std::string out;
    write_base64(out, as_bytes(s));
    return out;
  };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("f"), "Zg==");
  EXPECT_EQ(text("fo"), "Zm8=");
  EXPECT_EQ(text("foo"), "Zm9v");
  EXPECT_EQ(text("foob"), "Zm9vYg==");
  EXPECT_EQ(text("\xff\xfe\xfd"), "//79");
}

TEST(Text, ProtocolsHaveTheNamesOfEve) {
  const auto text = [](std::uint8_t proto) {
    std::string out;
    write_proto(out, proto);
    return out;
  };
  EXPECT_EQ(text(6), "TCP");
  EXPECT_EQ(text(17), "UDP");
  EXPECT_EQ(text(1), "ICMP");
  EXPECT_EQ(text(58), "IPv6-ICMP");
  EXPECT_EQ(text(132), "SCTP");
  EXPECT_EQ(text(47), "GRE");
  EXPECT_EQ(text(2), "002");
  EXPECT_EQ(text(255), "255");
}

struct Known {
  std::uint8_t proto;
  const char* src;
  const char* dst;
  std::uint16_t sport, dport;  // ICMP: type and code; a reply's request where the published table says so
  const char* id;
};
// The published baseline (seed 0, base64), and pairs of it read the other way round.
constexpr Known kBaseline[] = {
    {58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
    {58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
    {58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 0, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
    {58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 136, 0, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
    {58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
    {58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4, "1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
    {58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
    {58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
    {58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
    {58, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
    {1, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
    {1, "192.168.0.1", "192.168.0.89", 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
    {1, "10.0.0.1", "10.0.0.2", 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
    {6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
    {6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
    {132, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
    {132, "192.168.170.56", "192.168.170.8", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
    {6, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {6, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {17, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {17, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {46, "10.1.12.1", "10.1.12.2", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
    {46, "10.1.12.2", "10.1.12.1", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
};

TEST(CommunityId, AgreesWithThePublishedBaseline) {
  const openssl::Digests digests;
  for (const Known& k : kBaseline) {
    Head h{};
    h.proto = k.proto;
    h.family = std::string_view(k.src).find(':') != std::string_view::npos ? 6 : 4;
    set_address(h.src, h.family, k.src);
    set_address(h.dst, h.family, k.dst);
    if (is_icmp(k.proto)) {
      h.icmp_type = static_cast<std::uint8_t>(k.sport);
      h.icmp_code = static_cast<std::uint8_t>(k.dport);
    } else {
      h.sport = k.sport;
      h.dport = k.dport;
    }
    std::string out;
    write_community_id(out, digests, h);
    EXPECT_EQ(out, k.id) << unsigned{k.proto} << ' ' << k.src << ' ' << k.dst;
  }
}

}  // namespace
}  // namespace pellucid::exporter
