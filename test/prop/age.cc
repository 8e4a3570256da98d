// The timer wheel against a sorted map of due ticks: any order of setting, moving, removing and jumps of time.
#include "lib/flow/age.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace pellucid::flow {
namespace {

constexpr std::uint32_t kFlows = 300;
constexpr std::uint64_t kLap = std::uint64_t{Age::kSlots} * Age::kSlotTicks;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

class Model {  // time is 64 bits wide here, so that nothing wraps
 public:
  Model(unsigned seed, std::uint64_t start) : random_(seed), now_(start), age_(kFlows, tick(start)) {}

  void run(unsigned rounds) {
    for (unsigned i = 0; i < rounds && !testing::Test::HasFatalFailure(); ++i) {
      for (unsigned n = random_() % 20; n > 0; --n) change();
      now_ += step();
      if (random_() % 2 == 0) {
        settle();
      } else {
        turn(1 + random_() % 300);
      }
      ASSERT_EQ(age_.size(), due_.size());
    }
    settle();
  }
  std::size_t fired() const { return fired_; }

 private:
  static std::uint32_t tick(std::uint64_t t) { return static_cast<std::uint32_t>(t); }

  std::uint64_t step() {
    switch (random_() % 16) {
      case 0:
        return random_() % (3 * kLap);
      case 1:
        return 100 * kLap + random_() % kLap;
      case 2:
        return 0;
      default:
        return random_() % 200;
    }
  }
  std::uint64_t some_due() {
    switch (random_() % 8) {
      case 0:
        return now_ - random_() % 1000;
      case 1:
        return now_ + random_() % (4 * kLap);
      case 2:
        return now_ + kLap - 5 + random_() % 10;
      default:
        return now_ + random_() % 2000;
    }
  }
  void change() {
    const std::uint32_t flow = random_() % kFlows;
    if (random_() % 4 == 0) {
      age_.remove(flow);
      due_.erase(flow);
    } else {
      set(flow, some_due());
    }
    ASSERT_EQ(age_.is_set(flow), due_.contains(flow));
  }
  void set(std::uint32_t flow, std::uint64_t due) {
    age_.set(flow, tick(due));
    due_[flow] = std::max(due, now_);  // what is due in the past fires with the slot at hand
  }

  // One turn: nothing fires early or twice; gives what it did.
  unsigned turn(unsigned budget) {
    std::set<std::uint32_t> seen;
    const unsigned n = age_.turn(tick(now_), budget, [&](std::uint32_t flow) { return fire(flow, seen); });
    EXPECT_EQ(n, seen.size());
    EXPECT_LE(n, budget);
    return n;
  }
  std::uint32_t fire(std::uint32_t flow, std::set<std::uint32_t>& seen) {
    EXPECT_TRUE(seen.insert(flow).second) << "fired twice in a turn";
    const auto due = due_.find(flow);
    if (due == due_.end()) {
      ADD_FAILURE() << "fired without a timer: " << flow;
      return 0;
    }
    EXPECT_LE(due->second, now_) << "fired early";
    ++fired_;
    due_.erase(due);
    if (random_() % 4 == 0) {  // ends another flow
      const std::uint32_t other = random_() % kFlows;
      age_.remove(other);
      due_.erase(other);
    }
    if (random_() % 2 == 0) {
      age_.remove(flow);
      return 0;
    }
    const std::uint64_t again = now_ + 1 + random_() % 3000;
    due_[flow] = again;
    return tick(again) == 0 ? 1 : tick(again);
  }
  // Turns until a whole lap must be done: now nothing may be overdue by more than a slot.
  void settle() {
    for (unsigned i = 0; i < Age::kSlots / 64 + 50; ++i) turn(64 + kFlows);
    for (const auto& [flow, due] : due_) {
      ASSERT_GT(due / Age::kSlotTicks + 1, now_ / Age::kSlotTicks) << flow << " is overdue";
      ASSERT_TRUE(age_.is_set(flow));
    }
  }

  Random random_;
  std::uint64_t now_;
  Age age_;
  std::map<std::uint32_t, std::uint64_t> due_;
  std::size_t fired_ = 0;
};

TEST(Age, FiresEveryTimerOnceInTimeAndNoneEarly) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Model model(seed, std::uint64_t{1} << 40);
    model.run(200);
    if (testing::Test::HasFatalFailure()) return;
    EXPECT_GT(model.fired(), 300u);
  }
}

TEST(Age, DoesSoAcrossTheWrapAroundOfTicks) {
  for (unsigned seed = 100; seed < 140; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Model model(seed, (std::uint64_t{1} << 40) - 3000 * (seed % 10 + 1));
    model.run(200);
    if (testing::Test::HasFatalFailure()) return;
    EXPECT_GT(model.fired(), 300u);
  }
}

}  // namespace
}  // namespace pellucid::flow
