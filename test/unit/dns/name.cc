#include "lib/dns/name.h"

#include <gtest/gtest.h>

#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

const std::string kHeader(12, '\0');

struct Reading {
  Err err;
  std::string text;
  std::size_t after;
};
Reading reading(const std::string& after_header, std::size_t at = 12) {
  const std::string message = kHeader + after_header;
  Name name;
  const Result<std::size_t> r = read_name(as_bytes(message), at, name);
  return {r.err(), std::string(name.view()), *r};
}

TEST(DnsName, ReadsLabels) {
  const Reading r = reading(std::string("\3www\7example\3com\0rest", 21));
  EXPECT_EQ(r.err, Err::none);
  EXPECT_EQ(r.text, "www.example.com");
  EXPECT_EQ(r.after, 12u + 17);
}

TEST(DnsName, TheRootIsEmpty) {
  const Reading r = reading(std::string(1, '\0'));
  EXPECT_EQ(r.err, Err::none);
  EXPECT_EQ(r.text, "");
  EXPECT_EQ(r.after, 13u);
}

TEST(DnsName, EscapesDotsBackslashesAndUnprintables) {
  const Reading r = reading(std::string("\5a.b\\c\4\x01 \xff\x7f\0", 12));
  EXPECT_EQ(r.err, Err::none);
  EXPECT_EQ(r.text, "a\\.b\\\\c.\\001\\032\\255\\127");
}

TEST(DnsName, FollowsPointersBackwards) {
  const std::string body = std::string("\3com\0", 5) + std::string("\7example\xc0\x0c", 10) + std::string("\3www\xc0\x11", 6);
  const Reading r = reading(body, 12 + 15);
  EXPECT_EQ(r.err, Err::none);
  EXPECT_EQ(r.text, "www.example.com");
  EXPECT_EQ(r.after, 12u + 21);
}

TEST(DnsName, RefusesPointersToThemselvesForwardsAndIntoTheHeader) {
  EXPECT_EQ(reading(octets({0xc0, 0x0c})).err, Err::bad_name);
  EXPECT_EQ(reading(octets({0xc0, 0x0e, 1, 'a', 0})).err, Err::bad_name);
  EXPECT_EQ(reading(octets({1, 'a', 0xc0, 0x0c})).err, Err::bad_name);
  EXPECT_EQ(reading(octets({0, 0xc0, 0x00}), 13).err, Err::bad_name);
}

TEST(DnsName, RefusesALoopOfTwoPointers) { EXPECT_EQ(reading(octets({0xc0, 0x0e, 0xc0, 0x0c}), 14).err, Err::bad_name); }

TEST(DnsName, RefusesLengthsThatAreUnassigned) {
  EXPECT_EQ(reading(octets({0x40, 1, 0})).err, Err::bad_name);
  EXPECT_EQ(reading(octets({0x80, 1, 0})).err, Err::bad_name);
}

TEST(DnsName, SaysWhenTheMessageEndsWithinTheName) {
  EXPECT_EQ(reading("").err, Err::truncated);
  EXPECT_EQ(reading("", 99).err, Err::truncated);
  EXPECT_EQ(reading(octets({3, 'w', 'w'})).err, Err::truncated);
  EXPECT_EQ(reading(octets({1, 'w'})).err, Err::truncated);
  EXPECT_EQ(reading(octets({0xc0})).err, Err::truncated);
}

TEST(DnsName, TakesTheLongestNameAndNotOneOctetMore) {
  std::string longest;  // 63 + 63 + 63 + 61 octets and their lengths make 254, the root 255
  for (const int size : {63, 63, 63, 61}) longest += octets({size}) + std::string(static_cast<std::size_t>(size), '\xfe');
  const Reading r = reading(longest + octets({0}));
  EXPECT_EQ(r.err, Err::none);
  EXPECT_EQ(r.text.size(), 250u * 4 + 3);
  EXPECT_EQ(reading(longest + octets({1, 'a', 0})).err, Err::bad_name);
}

TEST(DnsName, TakesTheMostLabelsANameCanHave) {
  std::string labels;
  for (unsigned i = 0; i < 127; ++i) labels += "\1a";
  EXPECT_EQ(reading(labels + octets({0})).err, Err::none);
  EXPECT_EQ(reading(labels + octets({1, 'a', 0})).err, Err::bad_name);
}

TEST(DnsName, BoundsAChainOfPointers) {
  std::string chain = octets({0});  // each pointer leads to the one before it
  for (int at = 12, i = 0; i < 1000; ++i) {
    chain += octets({0xc0 | at >> 8, at & 255});
    at = i == 0 ? 13 : at + 2;
  }
  EXPECT_EQ(reading(chain, 12 + 1 + 2 * 100).err, Err::none);
  EXPECT_EQ(reading(chain, 12 + 1 + 2 * 999).err, Err::bad_name);
}

TEST(DnsName, SkipsWithoutFollowing) {
  const std::string message = kHeader + octets({1, 'a', 0xc0, 0x00, 1, 'b', 0, 0x40});
  EXPECT_EQ(*skip_name(as_bytes(message), 12), 16u);
  EXPECT_EQ(*skip_name(as_bytes(message), 16), 19u);
  EXPECT_EQ(skip_name(as_bytes(message), 19).err(), Err::bad_name);
  EXPECT_EQ(skip_name(as_bytes(message), 20).err(), Err::truncated);
  EXPECT_EQ(skip_name(as_bytes(message), 21).err(), Err::truncated);
  std::string endless = kHeader;
  for (unsigned i = 0; i < 200; ++i) endless += "\1a";
  EXPECT_EQ(skip_name(as_bytes(endless), 12).err(), Err::bad_name);
}

}  // namespace
}  // namespace pellucid::dns
