#include "lib/net/suffixes.h"

#include <gtest/gtest.h>

namespace pellucid::net {
namespace {

std::uint64_t mark(const Suffixes& suffixes, const Sets& sets, std::string_view name) {
  std::uint64_t bits = 0;
  suffixes.mark(sets, name, &bits);
  return bits;
}

TEST(Suffixes, ANameStandsForItselfAndAllBelowAStarOnlyForWhatIsBelow) {
  Sets sets(1);
  Suffixes s;
  s.add("example.com", 0);
  s.add("*.example.com", 1);
  s.add("Deep.Example.com", 2);
  s.add("com", 3);
  s.add("example.com", 4);
  s.build(sets);
  EXPECT_EQ(mark(s, sets, "example.com"), 0b11001u);
  EXPECT_EQ(mark(s, sets, "EXAMPLE.com."), 0b11001u);
  EXPECT_EQ(mark(s, sets, "www.example.com"), 0b11011u);
  EXPECT_EQ(mark(s, sets, "a.deep.example.com"), 0b11111u);
  EXPECT_EQ(mark(s, sets, "deep.example.COM"), 0b11111u);
  EXPECT_EQ(mark(s, sets, "notexample.com"), 0b01000u);
  EXPECT_EQ(mark(s, sets, "example.org"), 0u);
  EXPECT_EQ(mark(s, sets, ""), 0u);
  EXPECT_EQ(mark(s, sets, "."), 0u);
  EXPECT_EQ(mark(s, sets, "..com"), 0b01000u);
}

TEST(Suffixes, OfANameThatIsTooLongTheEndCounts) {
  Sets sets(1);
  Suffixes s;
  s.add("example.com", 0);
  s.build(sets);
  EXPECT_EQ(mark(s, sets, std::string(5000, 'a') + ".example.com"), 1u);
  EXPECT_EQ(mark(s, sets, std::string(5000, '.') + "example.com"), 1u);
}

TEST(Suffixes, ManyNamesAreAllFound) {
  Sets sets(2);
  Suffixes s;
  std::vector<std::string> names;
  for (int i = 0; i < 20'000; ++i) names.push_back("n" + std::to_string(i) + ".example");
  for (std::size_t i = 0; i < names.size(); ++i) s.add(names[i], static_cast<RuleAt>(i % 100));
  s.build(sets);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::uint64_t bits[2] = {0, 0};
    s.mark(sets, names[i], bits);
    ASSERT_EQ(bits[i % 100 / 64], std::uint64_t{1} << i % 100 % 64) << names[i];
    ASSERT_EQ(bits[1 - i % 100 / 64], 0u);
  }
}

TEST(Suffixes, OnlyDomainNamesAreTaken) {
  EXPECT_EQ(check_name("a-b_c.example"), NameFault::none);
  EXPECT_EQ(check_name("*.example"), NameFault::none);
  EXPECT_EQ(check_name(""), NameFault::empty);
  EXPECT_EQ(check_name("*."), NameFault::empty);
  EXPECT_EQ(check_name("*"), NameFault::octet);
  EXPECT_EQ(check_name("a.*.b"), NameFault::octet);
  EXPECT_EQ(check_name("a b"), NameFault::octet);
  EXPECT_EQ(check_name(".a"), NameFault::label);
  EXPECT_EQ(check_name("a..b"), NameFault::label);
  EXPECT_EQ(check_name(std::string(63, 'a') + ".b"), NameFault::none);
  EXPECT_EQ(check_name(std::string(64, 'a') + ".b"), NameFault::label);
  EXPECT_EQ(check_name("m\xc3\xbcnchen.de"), NameFault::foreign);
  std::string longest;
  while (longest.size() < kMaxDomain - 1) longest += "a.";
  EXPECT_EQ(check_name(longest + "a"), NameFault::none);
  EXPECT_EQ(check_name(longest + "aa"), NameFault::too_long);
}

}  // namespace
}  // namespace pellucid::net
