#include "lib/flow/age.h"

#include <gtest/gtest.h>

#include <vector>

namespace pellucid::flow {
namespace {

constexpr unsigned kPlenty = 1'000'000;

std::vector<std::uint32_t> fired(Age& age, std::uint32_t now, unsigned budget = kPlenty) {
  std::vector<std::uint32_t> flows;
  age.turn(now, budget, [&](std::uint32_t flow) {
    flows.push_back(flow);
    return 0u;
  });
  return flows;
}

using Flows = std::vector<std::uint32_t>;

TEST(Age, FiresOnceAfterTheSlotOfTheDueTickHasPassed) {
  Age age(10);
  age.set(3, 100);
  EXPECT_EQ(fired(age, 99), Flows{});
  EXPECT_EQ(fired(age, 100), Flows{}) << "its slot has not passed";
  EXPECT_EQ(fired(age, 100 + Age::kSlotTicks), Flows{3});
  EXPECT_EQ(fired(age, 1000), Flows{});
  EXPECT_FALSE(age.is_set(3));
  EXPECT_EQ(age.size(), 0u);
}

TEST(Age, MovesATimerThatIsSetAgain) {
  Age age(10);
  age.set(3, 100);
  age.set(3, 500);
  EXPECT_EQ(age.size(), 1u);
  EXPECT_EQ(age.due(3), 500u);
  EXPECT_EQ(fired(age, 400), Flows{});
  age.set(3, 420);
  EXPECT_EQ(fired(age, 424), Flows{3});
}

TEST(Age, FiresWhatIsSetInThePastAtOnce) {
  Age age(10);
  EXPECT_EQ(fired(age, 1000), Flows{});
  age.set(1, 5);
  EXPECT_EQ(fired(age, 1004), Flows{1});
}

TEST(Age, ForgetsARemovedTimer) {
  Age age(10);
  age.set(1, 50);
  age.set(2, 50);
  age.set(3, 50);
  age.remove(2);
  age.remove(2);
  age.remove(9);
  EXPECT_EQ(fired(age, 60), (Flows{1, 3}));
}

TEST(Age, SetsATimerAgainForWhatTheCallbackGives) {
  Age age(10);
  age.set(1, 10);
  std::vector<std::uint32_t> at;
  for (std::uint32_t now = 0; now < 1000; now += 4) {
    age.turn(now, kPlenty, [&](std::uint32_t) {
      at.push_back(now);
      return now + 100;
    });
  }
  ASSERT_GE(at.size(), 9u);
  for (std::size_t i = 1; i < at.size(); ++i) EXPECT_NEAR(at[i] - at[i - 1], 102, 6);
}

TEST(Age, KeepsDeadlinesFarBeyondTheWheel) {
  constexpr std::uint32_t kFar = 10 * Age::kSlots * Age::kSlotTicks + 17;
  Age age(10);
  age.set(1, kFar);
  std::uint32_t now = 0;
  for (; now + 64 < kFar; now += 61) ASSERT_EQ(fired(age, now), Flows{}) << now;
  EXPECT_EQ(fired(age, kFar + Age::kSlotTicks), Flows{1});
}

TEST(Age, DoesNoMoreWorkATurnThanItsBudget) {
  Age age(1000);
  for (std::uint32_t i = 0; i < 1000; ++i) age.set(i, 100);
  unsigned turns = 0;
  std::size_t seen = 0;
  while (seen < 1000) {
    const std::size_t n = fired(age, 200, 64).size();
    ASSERT_LE(n, 64u);
    seen += n;
    ++turns;
    ASSERT_LE(turns, 20u);
  }
  EXPECT_GE(turns, 1000u / 64);
}

TEST(Age, CatchesUpWithAJumpOfAnyLengthWithinOneLap) {
  for (const std::uint32_t jump : {215'000u, 10'000'000u, 0x7000'0000u}) {
    Age age(100);
    for (std::uint32_t i = 0; i < 100; ++i) age.set(i, 1 + i * 700);
    const std::uint32_t later = jump + 70'000;
    age.set(50, later);
    std::size_t seen = 0;
    for (unsigned turns = 0; turns < (Age::kSlots + 200) / 128 + 1; ++turns) seen += fired(age, jump, 128).size();
    EXPECT_EQ(seen, 99u) << jump;
    EXPECT_TRUE(age.is_set(50));
    std::uint32_t now = jump;
    for (; now + 100 < later; now += 100) ASSERT_EQ(fired(age, now), Flows{});
    EXPECT_EQ(fired(age, later + Age::kSlotTicks), Flows{50});
  }
}

TEST(Age, LivesThroughTheWrapAroundOfTicks) {
  constexpr std::uint32_t kStart = 0xffff'ff00;
  Age age(10, kStart);
  age.set(1, kStart + 0x80);
  age.set(2, kStart + 0x180);
  age.set(3, kStart + 0x100);  // tick 0
  EXPECT_EQ(fired(age, kStart + 0x90), Flows{1});
  EXPECT_EQ(fired(age, kStart + 0x108), Flows{3});
  EXPECT_EQ(fired(age, kStart + 0x170), Flows{});
  EXPECT_EQ(fired(age, kStart + 0x190), Flows{2});
}

TEST(Age, StandsStillWhenTimeGoesBackwards) {
  Age age(10);
  EXPECT_EQ(fired(age, 1000), Flows{});
  age.set(1, 1100);
  EXPECT_EQ(fired(age, 10), Flows{});
  EXPECT_EQ(fired(age, 1104), Flows{1});
}

TEST(Age, LetsTheCallbackRemoveAndSetAnyTimer) {
  Age age(10);
  for (std::uint32_t i = 0; i < 10; ++i) age.set(i, 100);
  Flows seen;
  age.turn(200, kPlenty, [&](std::uint32_t flow) {
    seen.push_back(flow);
    if (flow == 0) {
      age.remove(1);    // due in this same turn
      age.remove(0);    // itself, as the end of a flow does
      age.set(2, 300);  // due in this same turn, now later
      age.set(3, 100);  // due again at once, once
    }
    return flow == 4 ? 150u : 0u;  // in the past: not before the next turn
  });
  EXPECT_EQ(seen, (Flows{0, 4, 5, 6, 7, 8, 9, 3}));
  EXPECT_FALSE(age.is_set(1));
  EXPECT_EQ(age.due(2), 300u);
  EXPECT_EQ(age.due(4), 201u);
  EXPECT_EQ(fired(age, 204), Flows{4});
}

}  // namespace
}  // namespace pellucid::flow
