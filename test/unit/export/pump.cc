#include "lib/export/pump.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pellucid::exporter {
namespace {

// A target that does what the test says, and notes what it was given.
struct Told final : Target {
  std::string got;
  std::size_t room = ~std::size_t{0};  // octets that it still takes
  std::optional<Loss> trouble;         // once there is no room
  std::optional<Loss> settle_trouble;
  unsigned writes = 0, settles = 0, reopens = 0;

  Progress write(std::string_view lines) noexcept override {
    ++writes;
    const std::size_t n = std::min(room, lines.size());
    got += lines.substr(0, n);
    room -= n;
    return {n, n == lines.size() ? std::nullopt : trouble};
  }
  std::optional<Loss> settle(std::uint64_t) noexcept override {
    ++settles;
    return settle_trouble;
  }
  void reopen() noexcept override { ++reopens; }
  std::string failure() const override { return "told to"; }
};

struct ExportPump : testing::Test {
  static constexpr std::uint64_t kMs = 1'000'000;
  Outlet outlet{1 << 16};
  Told target;
  Pump pump{outlet, target};
};

TEST_F(ExportPump, MovesAllThatWaitsAndThenSettles) {
  outlet.offer("a\n");
  outlet.offer("b\nc\n");
  EXPECT_EQ(pump.turn(0), Pump::Turn::moved);
  EXPECT_EQ(target.got, "a\nb\nc\n");
  EXPECT_EQ(target.settles, 1u);
  EXPECT_EQ(pump.turn(1), Pump::Turn::idle);
  EXPECT_EQ(target.settles, 2u);
  EXPECT_FALSE(pump.trouble());
}

TEST_F(ExportPump, AfterATroubleItWaitsTwiceAsLongEachTimeUpToALimit) {
  outlet.offer("a\n");
  target.room = 0;
  target.trouble = Loss::io;
  std::vector<std::uint64_t> tries;
  for (std::uint64_t ms = 0; ms < 10'000; ++ms) {
    const unsigned before = target.writes;
    pump.turn(ms * kMs);
    if (target.writes != before) tries.push_back(ms);
  }
  EXPECT_EQ(tries, (std::vector<std::uint64_t>{0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100}));
  EXPECT_EQ(pump.trouble(), Loss::io);
}

TEST_F(ExportPump, OnceItWorksAgainTheNextTroubleBeginsWithTheShortestWait) {
  outlet.offer("a\n");
  target.room = 0;
  target.trouble = Loss::disk_full;
  pump.turn(0);
  pump.turn(100 * kMs);
  target.room = 2;
  pump.turn(300 * kMs);
  EXPECT_EQ(target.got, "a\n");
  EXPECT_FALSE(pump.trouble());
  outlet.offer("b\n");
  pump.turn(301 * kMs);
  EXPECT_EQ(pump.trouble(), Loss::disk_full);
  target.room = 2;
  pump.turn(400 * kMs);
  EXPECT_EQ(target.got, "a\n");
  pump.turn(401 * kMs);
  EXPECT_EQ(target.got, "a\nb\n");
}

TEST_F(ExportPump, AfterADisconnectionALineBeginsAnew) {
  outlet.offer("first\nsecond\n");
  target.room = 8;
  target.trouble = Loss::disconnected;
  pump.turn(0);
  EXPECT_EQ(target.got, "first\nse");
  target.got.clear();
  target.room = 100;
  pump.turn(100 * kMs);
  EXPECT_EQ(target.got, "second\n");
  EXPECT_EQ(outlet.counts().written, 2u);
}

TEST_F(ExportPump, AfterAFullDiskALineGoesOn) {
  outlet.offer("first\nsecond\n");
  target.room = 8;
  target.trouble = Loss::disk_full;
  pump.turn(0);
  target.room = 100;
  pump.turn(100 * kMs);
  EXPECT_EQ(target.got, "first\nsecond\n");
}

TEST_F(ExportPump, ATargetThatTakesNothingIsInTroubleAfterASecondAndIsAskedAllTheTime) {
  outlet.offer("a\n");
  target.room = 0;
  pump.turn(0);
  pump.turn(999 * kMs);
  EXPECT_FALSE(pump.trouble());
  pump.turn(1000 * kMs);
  EXPECT_EQ(pump.trouble(), Loss::full);
  target.room = 2;
  EXPECT_EQ(pump.turn(1001 * kMs), Pump::Turn::moved);
  EXPECT_FALSE(pump.trouble());
}

TEST_F(ExportPump, TheReasonOfALossIsTheTroubleOfTheMoment) {
  target.room = 0;
  target.trouble = Loss::disconnected;
  const std::string line(3000, 'x');
  for (unsigned i = 0; i < 40; ++i) {
    outlet.offer(line + "\n");
    pump.turn(i);
  }
  const OutletCounts c = outlet.counts();
  EXPECT_GT(c.dropped[3], 0u);
  EXPECT_EQ(c.queued + c.dropped[3], 40u);
}

TEST_F(ExportPump, TroubleBetweenWritesCountsToo) {
  target.settle_trouble = Loss::disconnected;
  EXPECT_EQ(pump.turn(0), Pump::Turn::idle);
  EXPECT_EQ(pump.trouble(), Loss::disconnected);
}

TEST_F(ExportPump, ReopeningDoesNotWaitForTheNextTry) {
  outlet.offer("a\n");
  target.room = 0;
  target.trouble = Loss::io;
  pump.turn(0);
  target.room = 2;
  pump.reopen();
  pump.turn(1);
  EXPECT_EQ(target.reopens, 1u);
  EXPECT_EQ(target.got, "a\n");
}

}  // namespace
}  // namespace pellucid::exporter
