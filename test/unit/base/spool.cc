#include "lib/base/spool.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

namespace pellucid {
namespace {

constexpr std::uint32_t kChunk = Spools::kChunk;

std::vector<std::uint8_t> numbered(std::size_t n, std::uint8_t from = 0) {
  std::vector<std::uint8_t> v(n);
  std::iota(v.begin(), v.end(), from);
  return v;
}

std::vector<std::uint8_t> all_of(const Spools& spools, const Spool& s) {
  std::vector<std::uint8_t> out(s.size);
  EXPECT_EQ(spools.gather(s, out), s.size);
  return out;
}

TEST(Spool, KeepsBytesOfAnySizeAroundAChunksEdge) {
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{kChunk - 1}, std::size_t{kChunk},
                              std::size_t{kChunk + 1}, std::size_t{3 * kChunk}, std::size_t{3 * kChunk + 5}}) {
    Spools spools(8);
    Spool s;
    const auto bytes = numbered(n);
    ASSERT_TRUE(spools.append(s, bytes));
    EXPECT_EQ(s.size, n);
    EXPECT_EQ(all_of(spools, s), bytes);
    EXPECT_EQ(spools.live_chunks(), (n + kChunk - 1) / kChunk);
    spools.clear(s);
    EXPECT_EQ(spools.live_chunks(), 0u);
    EXPECT_EQ(s.size, 0u);
  }
}

TEST(Spool, GrowsByPiecesOfAnySize) {
  Spools spools(64);
  Spool s;
  std::vector<std::uint8_t> expected;
  std::mt19937 random(2);
  while (expected.size() < 40 * kChunk) {
    const auto piece = numbered(random() % (2 * kChunk), static_cast<std::uint8_t>(random()));
    ASSERT_TRUE(spools.append(s, piece));
    expected.insert(expected.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(all_of(spools, s), expected);
}

TEST(Spool, KeepsAllBytesOrNone) {
  Spools spools(2);
  Spool s, t;
  ASSERT_TRUE(spools.append(s, numbered(kChunk + 10)));
  EXPECT_FALSE(spools.append(t, numbered(1))) << "no chunk is left";
  EXPECT_EQ(t.size, 0u);
  EXPECT_FALSE(spools.append(s, numbered(kChunk)));
  EXPECT_EQ(s.size, kChunk + 10) << "nothing was kept of what did not fit";
  EXPECT_TRUE(spools.append(s, numbered(kChunk - 10))) << "what is left of the last chunk is usable to its end";
  EXPECT_FALSE(spools.append(s, numbered(1)));
  spools.clear(s);
  EXPECT_TRUE(spools.append(t, numbered(2 * kChunk)));
}

TEST(Spool, GathersNoMoreThanItIsGivenRoomFor) {
  Spools spools(4);
  Spool s;
  const auto bytes = numbered(2 * kChunk);
  ASSERT_TRUE(spools.append(s, bytes));
  std::vector<std::uint8_t> out(kChunk + 3);
  EXPECT_EQ(spools.gather(s, out), out.size());
  EXPECT_TRUE(std::equal(out.begin(), out.end(), bytes.begin()));
  EXPECT_EQ(spools.gather(s, {}), 0u);
  EXPECT_EQ(spools.gather(Spool{}, out), 0u);
}

TEST(Spool, OfEverySeedComesBackWholeWhileOthersComeAndGo) {
  Spools spools(100);
  std::vector<Spool> s(10);
  std::vector<std::vector<std::uint8_t>> expected(10);
  std::mt19937 random(3);
  for (unsigned round = 0; round < 5000; ++round) {
    const std::size_t i = random() % s.size();
    if (random() % 8 == 0) {
      ASSERT_EQ(all_of(spools, s[i]), expected[i]);
      spools.clear(s[i]);
      expected[i].clear();
      continue;
    }
    const auto piece = numbered(random() % 1500, static_cast<std::uint8_t>(random()));
    if (spools.append(s[i], piece)) expected[i].insert(expected[i].end(), piece.begin(), piece.end());
    ASSERT_EQ(s[i].size, expected[i].size());
  }
  for (Spool& each : s) spools.clear(each);
  EXPECT_EQ(spools.live_chunks(), 0u);
}

}  // namespace
}  // namespace pellucid
