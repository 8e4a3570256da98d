#include "drivers/io/dpdk/stamp.h"

#include <gtest/gtest.h>

using pellucid::dpdk::StampClock;

namespace {
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kNoon = 1'700'000'000 * kSecond;
}  // namespace

TEST(StampClock, KnowsNothingBeforeItsSecondObservation) {
  StampClock clock;
  EXPECT_FALSE(clock.ready());
  clock.observe(1000, kNoon);
  EXPECT_FALSE(clock.ready());
  clock.observe(2000, kNoon + kSecond);
  EXPECT_TRUE(clock.ready());
}

TEST(StampClock, TurnsADevicesTicksIntoTime) {
  StampClock clock;
  clock.observe(500, kNoon);
  clock.observe(500 + 156'250'000, kNoon + kSecond);  // a clock of 156.25 MHz
  EXPECT_NEAR(static_cast<double>(clock.to_ns(500 + 156'250'000 + 15'625'000) - kNoon), 1.1e9, 100);
  EXPECT_NEAR(static_cast<double>(clock.to_ns(500 + 156'250'000 - 15'625'000) - kNoon), 0.9e9, 100) << "before it was set";
}

TEST(StampClock, AStepOfTheWallClockBackLeavesTheRateAlone) {
  StampClock clock;
  clock.observe(0, kNoon);
  clock.observe(kSecond, kNoon + kSecond);
  clock.observe(2 * kSecond, kNoon - 5 * kSecond);
  EXPECT_EQ(clock.to_ns(2 * kSecond + 1000), kNoon - 5 * kSecond + 1000);
}
