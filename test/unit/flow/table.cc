#include "lib/flow/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace pellucid::flow {
namespace {

net::Key key_of(std::uint32_t n) {
  net::Key key{};
  std::memcpy(key.a, &n, sizeof n);
  key.proto = 6;
  key.family = 4;
  return key;
}

std::uint64_t hash_of(std::uint64_t n) {  // SplitMix64's finisher
  n += 0x9e37'79b9'7f4a'7c15;
  n = (n ^ n >> 30) * 0xbf58'476d'1ce4'e5b9;
  n = (n ^ n >> 27) * 0x94d0'49bb'1331'11eb;
  return n ^ n >> 31;
}

TEST(Table, FindsWhatWasClaimedUntilItIsDropped) {
  Table table(1000);
  const std::uint32_t flow = table.claim(key_of(1), hash_of(1));
  ASSERT_NE(flow, kNone);
  EXPECT_EQ(table.find(key_of(1), hash_of(1)), flow);
  EXPECT_EQ(table.find(key_of(2), hash_of(2)), kNone);
  EXPECT_EQ(table.live(), 1u);
  table.drop(flow);
  EXPECT_EQ(table.find(key_of(1), hash_of(1)), kNone);
  EXPECT_EQ(table.live(), 0u);
}

TEST(Table, ToldApartFlowsOfOneHashByTheirKeys) {
  Table table(1000);
  const std::uint32_t one = table.claim(key_of(1), 77);
  const std::uint32_t two = table.claim(key_of(2), 77);
  EXPECT_NE(one, two);
  EXPECT_EQ(table.find(key_of(1), 77), one);
  EXPECT_EQ(table.find(key_of(2), 77), two);
  EXPECT_EQ(table.find(key_of(3), 77), kNone);
}

TEST(Table, GivesANewFlowClearedEvenWhereAnOldOneLived) {
  Table table(64);
  const std::uint32_t flow = table.claim(key_of(1), hash_of(1));
  std::memset(&table.hot(flow).packets, 0xff, sizeof table.hot(flow).packets);
  table.hot(flow).tcp = TcpState::closed;
  table.cold(flow).first_ns = 5;
  table.drop(flow);
  ASSERT_EQ(table.claim(key_of(2), hash_of(2)), flow);
  const Hot& h = table.hot(flow);
  EXPECT_EQ(h.packets[0], 0u);
  EXPECT_EQ(h.tcp, TcpState::none);
  EXPECT_EQ(h.key, key_of(2));
  EXPECT_EQ(h.hash, hash_of(2));
  EXPECT_EQ(h.stream, kNone);
  EXPECT_EQ(h.session, kNone);
  EXPECT_EQ(h.dpi, kNone);
  EXPECT_EQ(table.cold(flow).first_ns, 0u);
  EXPECT_EQ(table.cold(flow).layers, kNone);
}

TEST(Table, FillsToItsLastFlowAndThenRefuses) {
  for (const std::uint32_t capacity : {64u, 65u, 1000u, 4096u, 100'003u}) {
    Table table(capacity);
    EXPECT_EQ(table.capacity(), capacity);
    for (std::uint32_t i = 0; i < capacity; ++i)
      ASSERT_NE(table.claim(key_of(i), hash_of(i)), kNone) << i << " of " << capacity;
    EXPECT_EQ(table.claim(key_of(capacity), hash_of(capacity)), kNone);
    for (std::uint32_t i = 0; i < capacity; ++i) ASSERT_NE(table.find(key_of(i), hash_of(i)), kNone) << i;
    EXPECT_EQ(table.find(key_of(capacity), hash_of(capacity)), kNone);
  }
}

TEST(Table, VisitsLiveFlowsInIndexOrderAndLetsThemBeDropped) {
  Table table(500);
  for (std::uint32_t i = 0; i < 400; ++i) table.claim(key_of(i), hash_of(i));
  for (std::uint32_t i = 0; i < 400; i += 3) table.drop(table.find(key_of(i), hash_of(i)));
  std::vector<std::uint32_t> seen;
  table.each([&](std::uint32_t flow) {
    seen.push_back(flow);
    table.drop(flow);
    if (table.live() > 0 && flow % 5 == 1 && table.find(key_of(flow + 1), hash_of(flow + 1)) != kNone) table.drop(flow + 1);
  });
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(table.live(), 0u);
  for (const std::uint32_t flow : seen) {
    EXPECT_NE(flow % 3, 0u) << "was dropped before";
    EXPECT_FALSE(flow % 5 == 2 && (flow - 1) % 3 != 0) << "was dropped by the visit before: " << flow;
  }
}

class Crowded : public testing::Test {  // flows of one hash: their two buckets hold 20, and none can move
 protected:
  static constexpr std::uint64_t kHash = 0x1234'5678'9abc'def0;
  static constexpr unsigned kRoom = 2 * Bucket::kSlots;

  Crowded() {
    for (std::uint32_t i = 0; i < kRoom; ++i) {
      flow[i] = table.claim(key_of(i), kHash);
      table.hot(flow[i]).last_tick = 100 + i;
      table.hot(flow[i]).tcp = TcpState::established;
    }
  }

  Table table{10'000};
  std::uint32_t flow[kRoom];
};

TEST_F(Crowded, RefusesTheFlowThatDoesNotFitItsTwoBuckets) {
  for (const std::uint32_t f : flow) EXPECT_NE(f, kNone);
  EXPECT_EQ(table.claim(key_of(99), kHash), kNone);
  for (std::uint32_t i = 0; i < kRoom; ++i) EXPECT_EQ(table.find(key_of(i), kHash), flow[i]);
  EXPECT_EQ(table.find(key_of(99), kHash), kNone);
}

TEST_F(Crowded, LetsTheLongestIdleLeave) {
  table.hot(flow[13]).last_tick = 99;
  ASSERT_EQ(table.victim(kHash, 1000), flow[13]);
  table.drop(flow[13]);
  EXPECT_NE(table.claim(key_of(99), kHash), kNone);
}

TEST_F(Crowded, LetsAFlowThatNobodyAnsweredLeaveBeforeAnOlderOneThatIsEstablished) {
  for (const TcpState state : {TcpState::opening, TcpState::closed}) {
    table.hot(flow[18]).tcp = state;
    EXPECT_EQ(table.victim(kHash, 1000), flow[18]);
  }
  table.hot(flow[18]).tcp = TcpState::closing;
  EXPECT_EQ(table.victim(kHash, 1000), flow[0]) << "a half-closed connection still carries data";
  table.hot(flow[18]).tcp = TcpState::none;
  table.hot(flow[18]).packets[0] = 5;
  EXPECT_EQ(table.victim(kHash, 1000), flow[18]) << "UDP that is one-sided";
  table.hot(flow[18]).packets[1] = 1;
  EXPECT_EQ(table.victim(kHash, 1000), flow[0]) << "UDP with an answer";
}

TEST_F(Crowded, NeverLetsAProtectedFlowLeave) {
  table.hot(flow[19]).tcp = TcpState::opening;
  EXPECT_EQ(table.victim(kHash, 119), flow[0]) << "the unanswered one was seen at tick 119";
  EXPECT_EQ(table.victim(kHash, 101), flow[0]);
  EXPECT_EQ(table.victim(kHash, 100), kNone);
}

TEST_F(Crowded, ComparesTicksAcrossTheirWrapAround) {
  for (const std::uint32_t f : flow) table.hot(f).last_tick = 5;
  table.hot(flow[7]).last_tick = 0xffff'fff0;
  EXPECT_EQ(table.victim(kHash, 10), flow[7]);
  EXPECT_EQ(table.victim(kHash, 0), flow[7]);
  EXPECT_EQ(table.victim(kHash, 0xffff'fff0), kNone);
}

TEST_F(Crowded, LeavesOtherFlowsOfTheirBucketsFindable) {
  for (std::uint32_t i = 0; i < kRoom; ++i) table.drop(flow[i]);
  EXPECT_EQ(table.live(), 0u);
  for (std::uint32_t i = 0; i < kRoom; ++i) ASSERT_NE(table.claim(key_of(i), kHash), kNone);
  EXPECT_EQ(table.claim(key_of(99), kHash), kNone);
}

TEST(Table, MakesRoomInFullBucketsByMovingAFlow) {
  Table table(10'000);
  std::mt19937_64 random(5);
  std::vector<std::uint64_t> hashes;
  // Hashes that agree in their high bits share a first bucket only by chance, so flows are thrown in until one bucket pair of
  // a fixed hash is full; flows of other hashes there can move.
  constexpr std::uint64_t kHash = 42;
  for (std::uint32_t i = 0; i < 15; ++i) ASSERT_NE(table.claim(key_of(i), kHash), kNone);
  for (std::uint32_t i = 15; i < 8000; ++i) {
    hashes.push_back(random());
    ASSERT_NE(table.claim(key_of(i), hashes.back()), kNone);
  }
  unsigned more = 0;
  while (more < 100 && table.claim(key_of(10'000 + more), kHash) != kNone) ++more;
  EXPECT_EQ(more, 5u) << "whoever else was there has moved away";
  for (std::uint32_t i = 15; i < 8000; ++i) ASSERT_NE(table.find(key_of(i), hashes[i - 15]), kNone);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_NE(table.find(key_of(10'000 + i), kHash), kNone);
}

TEST(TableDeathTest, TakesNoCapacityOutsideItsLimits) {
  EXPECT_DEATH(Table(Table::kMinCapacity - 1), "CHECK");
  EXPECT_DEATH(Table(Table::kMaxCapacity + 1), "CHECK");
}

}  // namespace
}  // namespace pellucid::flow
