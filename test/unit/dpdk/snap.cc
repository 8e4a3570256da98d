#include "lib/engine/snap.h"

#include <gtest/gtest.h>

#include <thread>

using pellucid::engine::Snap;

namespace {

struct Value {  // says whether it is still alive, and whole
  explicit Value(std::uint64_t v) : a(v), b(~v) { ++alive; }
  ~Value() {
    a = b = 0;
    --alive;
  }
  std::uint64_t a, b;
  static inline std::atomic<int> alive{0};
};

}  // namespace

TEST(Snap, AValueLivesUntilEveryReaderHasBegunATurnAfterItsEnd) {
  Snap<Value> snap(2);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(1)));
  snap.online(0);
  snap.online(1);
  EXPECT_EQ(snap.take(0)->a, 1u);
  EXPECT_EQ(snap.take(1)->a, 1u);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(2)));
  EXPECT_EQ(snap.live_on(), 0u);
  EXPECT_EQ(snap.take(0)->a, 2u);
  snap.reclaim();
  EXPECT_EQ(Value::alive, 2);
  EXPECT_EQ(snap.live_on(), 1u);
  EXPECT_EQ(snap.take(1)->a, 2u);
  snap.reclaim();
  EXPECT_EQ(Value::alive, 1);
  EXPECT_EQ(snap.live_on(), 2u);
}

TEST(Snap, AReaderThatSleepsHoldsNothing) {
  Snap<Value> snap(1);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(1)));
  snap.online(0);
  snap.take(0);
  snap.offline(0);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(2)));
  snap.reclaim();
  EXPECT_EQ(Value::alive, 1);
  EXPECT_EQ(snap.live_on(), 1u);
}

TEST(Snap, AReaderThatHangsStopsThePublisherBeforeMemoryIsSpent) {
  Snap<Value> snap(1);
  snap.online(0);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(0)));
  snap.take(0);
  unsigned published = 0;
  while (published < 1000 && snap.publish(std::make_shared<const Value>(published + 1))) ++published;
  EXPECT_EQ(published, Snap<Value>::kMaxRetired);
  snap.take(0);
  EXPECT_TRUE(snap.publish(std::make_shared<const Value>(99)));
}

TEST(Snap, ReadersOnThreadsOfTheirOwnSeeWholeValuesInOrder) {
  constexpr unsigned kReaders = 3, kValues = 3000;
  Snap<Value> snap(kReaders);
  ASSERT_TRUE(snap.publish(std::make_shared<const Value>(1)));
  std::atomic<bool> stop{false};
  std::atomic<unsigned> bad{0};
  std::vector<std::thread> threads;
  for (unsigned r = 0; r < kReaders; ++r) {
    threads.emplace_back([&, r] {
      snap.online(r);
      std::uint64_t last = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        const Value* v = snap.take(r);
        if (v->a != ~v->b || v->a < last) bad.fetch_add(1);
        last = v->a;
      }
      snap.offline(r);
    });
  }
  for (std::uint64_t v = 2; v < kValues; ++v) {
    while (!snap.publish(std::make_shared<const Value>(v))) std::this_thread::yield();
  }
  stop = true;
  for (auto& t : threads) t.join();
  EXPECT_EQ(bad, 0u);
  snap.reclaim();
  EXPECT_EQ(Value::alive, 1);
}
