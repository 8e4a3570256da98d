#include "lib/metrics/readings.h"

#include <gtest/gtest.h>

#include <thread>

#include "lib/metrics/law.h"

namespace pellucid::metrics {
namespace {

struct Turning {  // two threads that count and answer
  Published published[2];
  WorkerCounters block[2];
  std::atomic<bool> stop{false};
  std::thread thread[2];

  void start(unsigned i) {
    thread[i] = std::thread([this, i] {
      while (!stop.load(std::memory_order_relaxed)) {
        block[i].packets.add(i + 1);
        block[i].tracked.add(i + 1);
        published[i].offer(block[i]);
      }
    });
  }
  ~Turning() {
    stop.store(true, std::memory_order_relaxed);
    for (auto& t : thread) {
      if (t.joinable()) t.join();
    }
  }
};

TEST(Readings, EverybodyWhoTurnsAnswers) {
  const auto turning = std::make_unique<Turning>();
  Readings readings({&turning->published[0], &turning->published[1]});
  EXPECT_TRUE(readings.stale(0));
  turning->start(0);
  turning->start(1);
  for (unsigned i = 0; i < 200; ++i) {
    readings.refresh([] {
      std::this_thread::yield();
      return true;
    });
    for (unsigned w = 0; w < 2; ++w) {
      EXPECT_FALSE(readings.stale(w));
      EXPECT_EQ(broken_law(readings.block(w), Scope::block), nullptr);
      EXPECT_EQ(readings.block(w).packets.value() % (w + 1), 0u);
    }
  }
}

TEST(Readings, OneThatHangsKeepsItsOldFiguresAndTheOthersGetNewOnes) {
  const auto turning = std::make_unique<Turning>();
  Readings readings({&turning->published[0], &turning->published[1]});
  turning->block[0].bytes.add(5);
  for (unsigned i = 0; i < 2; ++i) turning->published[i].ask();
  turning->start(1);
  unsigned naps = 0;
  readings.refresh([&] {
    std::this_thread::yield();
    if (naps++ == 0) turning->published[0].offer(turning->block[0]);
    return true;
  });
  EXPECT_FALSE(readings.stale(0));
  turning->block[0].bytes.add(5);
  naps = 0;
  readings.refresh([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return ++naps < 50;
  });
  EXPECT_TRUE(readings.stale(0));
  EXPECT_EQ(readings.block(0).bytes.value(), 5u);
  EXPECT_FALSE(readings.stale(1));
}

TEST(Readings, WhoHasEndedIsReadAsItStands) {
  Published published;
  Readings readings({&published});
  WorkerCounters block;
  block.packets.add(9);
  readings.read_ended(0, block);
  EXPECT_FALSE(readings.stale(0));
  EXPECT_EQ(readings.block(0).packets.value(), 9u);
}

}  // namespace
}  // namespace pellucid::metrics
