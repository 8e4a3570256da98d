#include "lib/keys/ledger.h"

#include <gtest/gtest.h>

namespace pellucid::keys {
namespace {

const std::string kDigest(64, 'a');

Ledger whole() {
  Ledger l;
  l.writes = 7;
  l.latest_s = 1'795'352'461;
  l.set = std::string(64, '5');
  l.generation = 3;
  l.grants.push_back({"a", kDigest, 1'800'000'000, {3, 4'000'000'000'000}, {}});
  l.grants.push_back({"b.c_d-E", kDigest, 1, {0, 0}, {55, "lost trust, by the board"}});
  l.revoked.emplace_back("z", Revocation{66, ""});
  return l;
}

TEST(Ledger, ComesBackAsItWasWritten) {
  const std::string text = write_ledger(whole());
  Ledger l;
  ASSERT_TRUE(read_ledger(text, l)) << text;
  EXPECT_EQ(write_ledger(l), text);
  EXPECT_EQ(l.grants.at(1).revocation.why, "lost trust, by the board");
  EXPECT_EQ(l.grants.at(0).given.bytes, 4'000'000'000'000u);
  EXPECT_EQ(l.revoked.at(0).first, "z");
  ASSERT_TRUE(read_ledger(write_ledger({}), l));
  EXPECT_TRUE(l.set.empty() && l.grants.empty());
}

TEST(Ledger, OfATornOneNothingIsTaken) {
  const std::string text = write_ledger(whole());
  for (std::size_t size = 0; size < text.size(); ++size) {
    Ledger l;
    l.writes = 99;
    EXPECT_FALSE(read_ledger(text.substr(0, size), l)) << size;
    EXPECT_EQ(l.writes, 99u);
  }
  Ledger l;
  EXPECT_FALSE(read_ledger(text + "x\n", l));
}

TEST(Ledger, WhatCannotBeIsRefused) {
  const auto read = [](const std::string& line) {
    Ledger l;
    return read_ledger("pellucid-ledger 1\nhead 1 0 0 -\n" + line + "end\n", l);
  };
  const std::string good = "grant a " + kDigest + " 5 0 0 0 \n";
  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read(good));
  EXPECT_FALSE(read(good + good));
  EXPECT_FALSE(read("grant a " + kDigest + " 5 0 x 0 \n"));
  EXPECT_FALSE(read("grant a " + kDigest + " -5 0 0 0 \n"));
  EXPECT_FALSE(read("grant a " + kDigest + " 99999999999999999999 0 0 0 \n"));
  EXPECT_FALSE(read("grant ../a " + kDigest + " 5 0 0 0 \n"));
  EXPECT_FALSE(read("grant a " + kDigest.substr(1) + " 5 0 0 0 \n"));
  EXPECT_FALSE(read("grant a " + kDigest + " 5 0 0 9 " + std::string(kMaxWhy + 1, 'w') + "\n"));
  EXPECT_TRUE(read("revoked a 5 why\n"));
  EXPECT_FALSE(read("revoked a 0 why\n"));
  EXPECT_FALSE(read("revoke a 5 why\n"));
  EXPECT_FALSE(read("head 1 0 0 -\n"));
  EXPECT_FALSE(read("\n"));
}

TEST(Ledger, BothBoundsHoldAndItsTextFits) {
  Ledger l = whole();
  l.grants.clear();
  l.revoked.clear();
  const auto id = [](std::size_t i) { return std::to_string(10'000 + i) + std::string(59, 'i'); };
  const Revocation longest{INT64_MAX, std::string(kMaxWhy, 'w')};
  for (std::size_t i = 0; i < kMaxGrants; ++i) l.grants.push_back({id(i), kDigest, INT64_MAX, {~0u, ~0u}, longest});
  for (std::size_t i = 0; i < kMaxRevoked; ++i) l.revoked.emplace_back(id(i), longest);
  Ledger read;
  EXPECT_TRUE(read_ledger(write_ledger(l), read));
  EXPECT_LE(write_ledger(l).size(), kMaxLedger);
  Ledger more = l;
  more.grants.push_back({id(kMaxGrants), kDigest, 5, {0, 0}, {}});
  EXPECT_FALSE(read_ledger(write_ledger(more), read));
  l.revoked.emplace_back("z", longest);
  EXPECT_FALSE(read_ledger(write_ledger(l), read));
}

}  // namespace
}  // namespace pellucid::keys
