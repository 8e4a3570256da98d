#include "lib/metrics/published.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "lib/metrics/law.h"

namespace pellucid::metrics {
namespace {

TEST(Published, NothingIsCopiedUntilSomebodyAsks) {
  const auto published = std::make_unique<Published>();
  WorkerCounters block;
  block.packets.add(3);
  published->offer(block);
  EXPECT_EQ(published->block().packets.value(), 0u);
  published->ask();
  EXPECT_FALSE(published->answered());
  published->offer(block);
  ASSERT_TRUE(published->answered());
  EXPECT_EQ(published->block().packets.value(), 3u);
}

TEST(Published, AnAnswerStaysAsItIsUntilTheNextQuestion) {
  const auto published = std::make_unique<Published>();
  WorkerCounters block;
  block.packets.add(3);
  published->ask();
  published->offer(block);
  block.packets.add(1);
  published->offer(block);
  EXPECT_EQ(published->block().packets.value(), 3u);
  published->ask();
  published->offer(block);
  EXPECT_EQ(published->block().packets.value(), 4u);
}

TEST(Published, AnAnswerToAnEarlierQuestionIsNotTakenForOneToThis) {
  const auto published = std::make_unique<Published>();
  WorkerCounters block;
  published->ask();
  published->offer(block);
  published->ask();
  EXPECT_FALSE(published->answered());
  published->ask();
  block.bytes.add(7);
  published->offer(block);
  ASSERT_TRUE(published->answered());
  EXPECT_EQ(published->block().bytes.value(), 7u);
}

TEST(Published, EveryCellIsCopied) {
  const auto published = std::make_unique<Published>();
  WorkerCounters block;
  std::uint64_t n = 0;
  for (const Metric& m : kMetrics) {
    for (Counter& c : m.own_cells(block)) c.set(++n);
  }
  published->ask();
  published->offer(block);
  std::uint64_t expected = 0;
  for (const Metric& m : kMetrics) {
    for (const Counter& c : m.cells(published->block())) ASSERT_EQ(c.value(), ++expected) << m.name;
  }
}

// A thread whose counters obey the law of packets at the end of each turn and break it in between, as a worker's do.
TEST(Published, WhatIsReadFromARunningThreadObeysTheLaws) {
  const auto published = std::make_unique<Published>();
  const auto block = std::make_unique<WorkerCounters>();
  std::atomic<bool> stop{false};
  std::thread owner([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      block->packets.add(64);
      block->non_ip.add(3);
      block->tracked.add(61);
      published->offer(*block);
    }
  });
  std::uint64_t last = 0;
  for (unsigned i = 0; i < 300; ++i) {
    published->ask();
    while (!published->answered()) std::this_thread::yield();
    const Law* broken = broken_law(published->block(), Scope::block);
    EXPECT_EQ(broken, nullptr) << broken->name;
    EXPECT_GT(published->block().packets.value(), last);
    last = published->block().packets.value();
  }
  stop.store(true, std::memory_order_relaxed);
  owner.join();
}

}  // namespace
}  // namespace pellucid::metrics
