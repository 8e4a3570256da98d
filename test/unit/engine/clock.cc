#include "lib/engine/clock.h"

#include <gtest/gtest.h>

using pellucid::engine::Clock;

namespace {
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kStart = 1'700'000'000 * kSecond;
constexpr std::uint32_t tick_of(std::uint64_t ns) { return static_cast<std::uint32_t>(ns >> pellucid::engine::kTickShift); }
}  // namespace

TEST(Clock, CountsFromTheFirstPacket) {
  Clock clock;
  EXPECT_EQ(clock.tick(kStart), 0u);
  EXPECT_EQ(clock.tick(kStart + 10 * kSecond), tick_of(10 * kSecond));
}

TEST(Clock, NeverRunsBackwards) {
  Clock clock;
  clock.tick(kStart + 60 * kSecond);
  const auto before = clock.tick(kStart + 120 * kSecond);
  EXPECT_EQ(clock.tick(kStart + 61 * kSecond), before);
}

TEST(Clock, ASingleJumpOfMoreThanAnHourDoesNotCount) {
  Clock clock;
  clock.tick(kStart);
  EXPECT_EQ(clock.tick(kStart + 7200 * kSecond), 0u);
  EXPECT_EQ(clock.tick(kStart + 1 * kSecond), tick_of(kSecond));
}

TEST(Clock, AJumpCountsOnceLaterPacketsConfirmIt) {
  Clock clock;
  clock.tick(kStart);
  std::uint32_t tick = 0;
  for (unsigned i = 0; i < Clock::kConfirm - 1; ++i) tick = clock.tick(kStart + 7200 * kSecond + i * kSecond);
  EXPECT_EQ(tick, 0u);
  tick = clock.tick(kStart + 7210 * kSecond);
  EXPECT_EQ(tick, tick_of(7210 * kSecond));
}

TEST(Clock, PacketsOnBothSidesOfAJumpDoNotConfirmIt) {
  Clock clock;
  clock.tick(kStart);
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_EQ(clock.tick(kStart + 7200 * kSecond), 0u);
    EXPECT_EQ(clock.tick(kStart), 0u);
  }
}

TEST(Clock, AConfirmedJumpIntoThePastGoesOnFromWhereTimeWas) {
  Clock clock;
  clock.tick(kStart);
  const auto before = clock.tick(kStart + 3000 * kSecond);
  const std::uint64_t past = kStart - 86'400 * kSecond;
  std::uint32_t tick = 0;
  for (unsigned i = 0; i < Clock::kConfirm; ++i) tick = clock.tick(past);
  EXPECT_EQ(tick, before);
  EXPECT_GE(clock.tick(past + 10 * kSecond), before + tick_of(10 * kSecond));
}
