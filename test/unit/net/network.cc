#include "lib/net/network.h"

#include <gtest/gtest.h>

#include "lib/net/prefixes.h"

namespace pellucid::net {
namespace {

std::string read(std::string_view text) {
  Network n;
  switch (read_network(text, n)) {
    case NetworkFault::none:
      return text_of(n);
    case NetworkFault::address:
      return "address";
    case NetworkFault::bits:
      return "bits";
    case NetworkFault::host:
      break;
  }
  return "host";
}

TEST(Network, IsReadAsOperatorsWriteIt) {
  EXPECT_EQ(read("192.0.2.0/24"), "192.0.2.0/24");
  EXPECT_EQ(read("192.0.2.7"), "192.0.2.7/32");
  EXPECT_EQ(read("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(read("255.255.255.255/32"), "255.255.255.255/32");
  EXPECT_EQ(read("::/0"), "0:0:0:0:0:0:0:0/0");
  EXPECT_EQ(read("2001:db8::/32"), "2001:db8:0:0:0:0:0:0/32");
  EXPECT_EQ(read("::1"), "0:0:0:0:0:0:0:1/128");
  EXPECT_EQ(read("fe80::"), "fe80:0:0:0:0:0:0:0/128");
  EXPECT_EQ(read("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8/128");
  EXPECT_EQ(read("1::8"), "1:0:0:0:0:0:0:8/128");
  EXPECT_EQ(read("::ffff:192.0.2.1"), "0:0:0:0:0:ffff:c000:201/128");
  EXPECT_EQ(read("64:ff9b::192.0.2.0/120"), "64:ff9b:0:0:0:0:c000:200/120");
}

TEST(Network, WhatIsNoneIsRefused) {
  for (const char* text : {"",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.",
                           "a.b.c.d",
                           "1..2.3",
                           ":",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "12345::",
                           "1:",
                           "g::",
                           "::1.2.3",
                           "1 .2.3.4",
                           "::1.2.3.4:5",
                           "/8",
                           "1:2:3:4:5:6:7:1.2.3.4"}) {
    EXPECT_EQ(read(text), "address") << text;
  }
  for (const char* text : {"1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::/129", "10.0.0.0/8/8", "10.0.0.0/ 8"}) {
    EXPECT_EQ(read(text), "bits") << text;
  }
  for (const char* text : {"10.0.0.1/8", "1.2.3.4/0", "2001:db8::1/64", "::1/0"}) EXPECT_EQ(read(text), "host") << text;
}

class Marks : public testing::Test {
 protected:
  void add(std::string_view text, RuleAt rule) {
    Network n;
    ASSERT_EQ(read_network(text, n), NetworkFault::none);
    prefixes_.add(n, rule);
  }
  std::uint64_t of(std::string_view text) {
    if (!built_) prefixes_.build(sets_);
    built_ = true;
    Network n;
    EXPECT_EQ(read_network(text, n), NetworkFault::none);
    std::uint8_t octets[16];
    for (unsigned i = 0; i < 16; ++i) octets[i] = static_cast<std::uint8_t>(n.first >> (120 - 8 * i));
    std::uint64_t bits = 0;
    prefixes_.mark(sets_, n.family, octets, &bits);
    return bits;
  }
  Sets sets_{1};
  Prefixes prefixes_;
  bool built_ = false;
};

TEST_F(Marks, EveryPrefixThatHoldsAnAddressCountsOfItsOwnFamilyOnly) {
  add("0.0.0.0/0", 0);
  add("10.0.0.0/8", 1);
  add("10.1.0.0/16", 2);
  add("10.1.0.0/16", 3);
  add("10.1.2.3", 4);
  add("255.255.255.255", 5);
  add("::/0", 6);
  add("2001:db8::/32", 7);
  add("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 8);
  EXPECT_EQ(of("9.255.255.255"), 0b1u);
  EXPECT_EQ(of("10.0.0.0"), 0b11u);
  EXPECT_EQ(of("10.1.0.0"), 0b1111u);
  EXPECT_EQ(of("10.1.2.2"), 0b1111u);
  EXPECT_EQ(of("10.1.2.3"), 0b11111u);
  EXPECT_EQ(of("10.1.2.4"), 0b1111u);
  EXPECT_EQ(of("10.2.0.0"), 0b11u);
  EXPECT_EQ(of("11.0.0.0"), 0b1u);
  EXPECT_EQ(of("255.255.255.255"), 0b100001u);
  EXPECT_EQ(of("2001:db8::1"), 0b11000000u);
  EXPECT_EQ(of("2001:db9::"), 0b1000000u);
  EXPECT_EQ(of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 0b101000000u);
}

TEST_F(Marks, WithoutPrefixesNothingIsMarked) { EXPECT_EQ(of("10.0.0.1") | of("::1"), 0u); }

}  // namespace
}  // namespace pellucid::net
