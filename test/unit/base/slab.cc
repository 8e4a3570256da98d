#include "lib/base/slab.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace pellucid {
namespace {

struct alignas(kLine) Item {
  std::uint64_t words[8];
};

TEST(LineArray, IsZeroedAndStartsOnACacheLine) {
  for (const std::size_t n : {1u, 7u, 1000u}) {
    const LineArray<std::uint64_t> a(n);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.at) % kLine, 0u);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(a.at[i], 0u);
  }
}

TEST(Slab, GivesEachIndexOnceAndThenSaysFull) {
  Slab<Item> slab(100);
  std::set<std::uint32_t> seen;
  for (unsigned i = 0; i < 100; ++i) {
    const std::uint32_t at = slab.claim();
    ASSERT_LT(at, 100u);
    EXPECT_TRUE(seen.insert(at).second);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&slab[at]) % kLine, 0u);
  }
  EXPECT_EQ(slab.live(), 100u);
  EXPECT_EQ(slab.claim(), kNone);
  EXPECT_EQ(slab.live(), 100u) << "a refused claim changes nothing";
}

TEST(Slab, GivesAgainWhatWasDropped) {
  Slab<Item> slab(3);
  for (unsigned i = 0; i < 3; ++i) static_cast<void>(slab.claim());
  slab.drop(1);
  EXPECT_EQ(slab.live(), 2u);
  EXPECT_EQ(slab.claim(), 1u);
  EXPECT_EQ(slab.claim(), kNone);
}

TEST(Slab, PrefersUsedEntriesToFreshOnes) {
  Slab<Item> slab(1000);
  const std::uint32_t first = slab.claim();
  for (unsigned i = 0; i < 500; ++i) {
    slab.drop(first);
    EXPECT_EQ(slab.claim(), first) << "memory that was never used stays untouched";
  }
}

TEST(Slab, OfNothingIsAlwaysFull) {
  Slab<Item> slab(0);
  EXPECT_EQ(slab.claim(), kNone);
  EXPECT_EQ(slab.live(), 0u);
  EXPECT_EQ(slab.capacity(), 0u);
}

TEST(Slab, NeverMixesUpItsEntriesInAnyOrderOfClaimsAndDrops) {
  constexpr std::uint32_t kCapacity = 50;
  Slab<Item> slab(kCapacity);
  std::mt19937 random(1);
  std::vector<std::uint32_t> mine;
  std::uint64_t stamp = 0;
  std::vector<std::uint64_t> expected(kCapacity);
  for (unsigned round = 0; round < 20000; ++round) {
    if (random() % 2 == 0) {
      const std::uint32_t at = slab.claim();
      ASSERT_EQ(at == kNone, mine.size() == kCapacity);
      if (at == kNone) continue;
      slab[at].words[7] = expected[at] = ++stamp;
      mine.push_back(at);
    } else if (!mine.empty()) {
      const std::size_t i = random() % mine.size();
      ASSERT_EQ(slab[mine[i]].words[7], expected[mine[i]]);
      slab.drop(mine[i]);
      mine[i] = mine.back();
      mine.pop_back();
    }
    ASSERT_EQ(slab.live(), mine.size());
  }
}

}  // namespace
}  // namespace pellucid
