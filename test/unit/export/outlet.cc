#include "lib/export/outlet.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "lib/export/fanout.h"

namespace pellucid::exporter {
namespace {

std::string some_lines(unsigned n, std::size_t size = 99) {
  std::string text;
  for (unsigned i = 0; i < n; ++i) text += std::string(size, static_cast<char>('a' + i % 26)) + "\n";
  return text;
}

std::string take_all(Outlet& outlet) {
  std::string all;
  for (auto part = outlet.front(); !part.empty(); part = outlet.front()) {
    all += part;
    outlet.taken(part.size());
  }
  return all;
}

TEST(Outlet, LinesArriveAsTheyWereAndAreCounted) {
  Outlet outlet(1 << 20);
  const std::string text = some_lines(2500);  // more than one message
  outlet.offer(text);
  EXPECT_EQ(outlet.counts().queued, 2500u);
  EXPECT_EQ(take_all(outlet), text);
  const OutletCounts c = outlet.counts();
  EXPECT_EQ(c.offered, 2500u);
  EXPECT_EQ(c.written, 2500u);
  EXPECT_EQ(c.written_bytes, text.size());
  EXPECT_EQ(c.queued, 0u);
  EXPECT_EQ(c.all_dropped(), 0u);
}

TEST(Outlet, AFullQueueDropsForTheReasonThatMadeItFull) {
  Outlet outlet(4096);
  outlet.offer(some_lines(10));
  outlet.offer(some_lines(40));
  EXPECT_EQ(outlet.counts().dropped[0], 40u);  // full
  outlet.blame(Loss::disk_full);
  outlet.offer(some_lines(35));
  outlet.blame(std::nullopt);
  outlet.offer(some_lines(36));
  const OutletCounts c = outlet.counts();
  EXPECT_EQ(c.dropped[1], 35u);
  EXPECT_EQ(c.dropped[0], 76u);
  EXPECT_EQ(c.queued, 10u);
  EXPECT_EQ(c.offered, 121u);
}

TEST(Outlet, ALineLongerThanHalfTheQueueIsDroppedAlone) {
  Outlet outlet(4096);
  outlet.offer(some_lines(1, 3000));
  outlet.offer(some_lines(2));
  EXPECT_EQ(outlet.counts().dropped[0], 1u);
  EXPECT_EQ(take_all(outlet), some_lines(2));
}

TEST(Outlet, ALineLongerThanAMessageStaysWhole) {
  Outlet outlet(1 << 20);
  const std::string text = some_lines(3) + some_lines(1, 100'000) + some_lines(2);
  outlet.offer(text);
  EXPECT_EQ(take_all(outlet), text);
  EXPECT_EQ(outlet.counts().written, 6u);
}

TEST(Outlet, ATornLineCountsWhenItsEndIsTakenAndCanBeTakenAgain) {
  Outlet outlet(4096);
  outlet.offer("first\nsecond\nthird\n");
  outlet.taken(outlet.front().substr(0, 9).size());
  EXPECT_EQ(outlet.counts().written, 1u);
  EXPECT_EQ(outlet.counts().written_bytes, 6u);
  EXPECT_EQ(outlet.front(), "ond\nthird\n");
  outlet.back_to_line();
  EXPECT_EQ(outlet.front(), "second\nthird\n");
  EXPECT_EQ(take_all(outlet), "second\nthird\n");
  EXPECT_EQ(outlet.counts().written, 3u);
  EXPECT_EQ(outlet.counts().written_bytes, 19u);
  outlet.back_to_line();
  EXPECT_EQ(outlet.front(), "");
}

TEST(Outlet, TheRestIsDroppedWithItsReason) {
  Outlet outlet(1 << 20);
  outlet.offer(some_lines(2000));
  outlet.front();
  outlet.taken(150);  // one line and a half
  outlet.drop_rest(Loss::closing);
  const OutletCounts c = outlet.counts();
  EXPECT_EQ(c.written, 1u);
  EXPECT_EQ(c.dropped[4], 1999u);
  EXPECT_EQ(c.queued, 0u);
  EXPECT_EQ(c.queued_bytes, 0u);
}

TEST(Fanout, ASinkThatTakesNothingCostsTheOtherNothing) {
  Outlet slow(4096), quick(1 << 20);
  Fanout fanout({&slow, &quick});
  for (unsigned i = 0; i < 100; ++i) ASSERT_TRUE(fanout.write(some_lines(5)));
  EXPECT_EQ(quick.counts().queued, 500u);
  const OutletCounts c = slow.counts();
  EXPECT_EQ(c.queued + c.dropped[0], 500u);
  EXPECT_GT(c.dropped[0], 0u);
}

TEST(Outlet, CountsAddUpWhileLinesMove) {
  Outlet outlet(64 * 1024);
  const std::string batch = some_lines(7);
  std::thread producer([&] {
    for (unsigned i = 0; i < 20'000; ++i) outlet.offer(batch);
    outlet.offer("end\n");
  });
  std::atomic<bool> ended{false};
  std::thread consumer([&] {
    while (!ended.load()) {
      const auto part = outlet.front();
      outlet.taken(part.size() > 50 ? part.size() / 2 : part.size());
    }
    take_all(outlet);
  });
  std::uint64_t seen = 0;
  for (unsigned i = 0; i < 2000; ++i) {
    const OutletCounts c = outlet.counts();
    ASSERT_EQ(c.offered, c.written + c.all_dropped() + c.queued);
    ASSERT_LE(c.queued, 64u * 1024);
    ASSERT_GE(c.offered, seen);
    seen = c.offered;
  }
  producer.join();
  ended.store(true);
  consumer.join();
  const OutletCounts c = outlet.counts();
  EXPECT_EQ(c.offered, 140'001u);
  EXPECT_EQ(c.queued, 0u);
}

}  // namespace
}  // namespace pellucid::exporter
