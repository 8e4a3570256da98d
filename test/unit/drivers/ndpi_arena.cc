#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "drivers/dpi/ndpi/arena.h"

namespace pellucid::dpi {
namespace {

TEST(Arena, BlocksAreAlignedAndLieInside) {
  Arena arena(1 << 16);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 100U, 1000U, 5000U}) {
    void* p = arena.claim(size);
    ASSERT_NE(p, nullptr) << size;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 16, 0U);
    EXPECT_TRUE(arena.owns(p));
    std::memset(p, 0xee, size);
  }
}

TEST(Arena, FullGivesNullAndCounts) {
  Arena arena(4096);
  std::vector<void*> held;
  for (void* p = arena.claim(100); p != nullptr; p = arena.claim(100)) held.push_back(p);
  EXPECT_GE(held.size(), 28U);
  EXPECT_LE(arena.touched_bytes(), 4096U);
  EXPECT_EQ(arena.refused(), 1U);
  EXPECT_EQ(arena.claim(~std::size_t{0}), nullptr);
  EXPECT_EQ(arena.refused(), 2U);
  for (void* p : held) arena.drop(p);
  EXPECT_EQ(arena.used_bytes(), 0U);
  EXPECT_NE(arena.claim(100), nullptr);
}

TEST(Arena, ALargerFreeBlockServesWhenNothingElseIsLeft) {
  Arena arena(1024);
  void* large = arena.claim(900);
  ASSERT_NE(large, nullptr);
  ASSERT_EQ(arena.claim(400), nullptr);
  arena.drop(large);
  EXPECT_EQ(arena.claim(400), large);
}

TEST(Arena, BlocksNeverOverlapInAnyOrderOfClaimsAndDrops) {
  Arena arena(1 << 18);
  std::mt19937 random(7);
  std::map<std::uint8_t*, std::size_t> live;
  for (unsigned step = 0; step < 20000; ++step) {
    if (live.empty() || random() % 5 < 3) {
      const std::size_t size = 1 + random() % (random() % 10 == 0 ? 9000 : 300);
      auto* p = static_cast<std::uint8_t*>(arena.claim(size));
      if (p == nullptr) continue;
      const auto after = live.lower_bound(p);
      ASSERT_TRUE(after == live.end() || p + size <= after->first);
      ASSERT_TRUE(after == live.begin() || std::prev(after)->first + std::prev(after)->second <= p);
      std::memset(p, 0x5a, size);
      live.emplace(p, size);
    } else {
      const auto victim = std::next(live.begin(), static_cast<long>(random() % live.size()));
      arena.drop(victim->first);
      live.erase(victim);
    }
  }
  EXPECT_GT(arena.refused(), 0U) << "the arena was never full: the test is too small";
  for (const auto& [p, size] : live) arena.drop(p);
  EXPECT_EQ(arena.used_bytes(), 0U);
}

TEST(ArenaDeath, AcceptsNoBlockTwice) {
  Arena arena(4096);
  void* p = arena.claim(10);
  arena.drop(p);
  EXPECT_DEATH(arena.drop(p), "");
}

TEST(ArenaScope, RoutesTheHooksOfItsThreadAlone) {
  Arena arena(1 << 16);
  void* outside = arena_malloc(100);
  ASSERT_NE(outside, nullptr);
  EXPECT_FALSE(arena.owns(outside));
  {
    const ArenaScope scope(&arena);
    void* inside = arena_malloc(100);
    EXPECT_TRUE(arena.owns(inside));
    bool elsewhere = true;
    std::thread([&] {
      void* other = arena_malloc(100);
      elsewhere = arena.owns(other);
      arena_free(other);
    }).join();
    EXPECT_FALSE(elsewhere);
    arena_free(outside);  // not the arena's: goes back to where it came from
    arena_free(inside);
    arena_free(nullptr);
  }
  EXPECT_EQ(arena.used_bytes(), 0U);
}

TEST(ArenaScope, ScopesNest) {
  Arena one(1 << 12);
  Arena two(1 << 12);
  const ArenaScope outer(&one);
  {
    const ArenaScope inner(&two);
    EXPECT_TRUE(two.owns(arena_malloc(8)));
  }
  EXPECT_TRUE(one.owns(arena_malloc(8)));
}

TEST(Arena, ABlockFindsItsOwnerFromAnotherThreadAndUnderAnotherScope) {
  Arena one(1 << 12);
  Arena two(1 << 12);
  void* p = one.claim(64);
  void* q = one.claim(64);
  std::thread([&] { arena_free(p); }).join();
  {
    const ArenaScope scope(&two);
    arena_free(q);
  }
  EXPECT_EQ(one.used_bytes(), 0U);
  EXPECT_EQ(two.used_bytes(), 0U);
}

}  // namespace
}  // namespace pellucid::dpi
