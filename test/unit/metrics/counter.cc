#include "lib/metrics/counter.h"

#include <gtest/gtest.h>

#include <thread>

#include "lib/export/record.h"
#include "lib/metrics/metric.h"

namespace pellucid::metrics {
namespace {

TEST(Counter, AddsCountsAndSets) {
  Counter c;
  c.inc();
  c.add(41);
  EXPECT_EQ(c.value(), 42U);
  c.set(7);
  EXPECT_EQ(c.value(), 7U);
}

TEST(Counter, IsReadByAnotherThreadWhileItsOwnerCounts) {
  Counter c;
  std::uint64_t last = 0;
  bool monotone = true;
  std::thread reader([&] {
    while (last < 100000) {
      const std::uint64_t now = c.value();
      monotone = monotone && now >= last;
      last = now;
    }
  });
  for (unsigned i = 0; i < 100000; ++i) c.inc();
  reader.join();
  EXPECT_TRUE(monotone);
  EXPECT_EQ(last, 100000U);
}

TEST(Counter, BlocksOfTwoWorkersShareNoLine) {
  static_assert(alignof(WorkerCounters) == kLine && sizeof(WorkerCounters) % kLine == 0);
  EXPECT_EQ(alignof(WorkerCounters), kLine);
}

TEST(Family, KeepsACellForEachPairOfValues) {
  Family<3, 4> f;
  f.at(2, 3).add(5);
  f.at(2, 0).add(7);
  f.at(0, 3).inc();
  EXPECT_EQ(f.value(2, 3), 5U);
  EXPECT_EQ(f.value(2, 0), 7U);
  EXPECT_EQ(f.value(0, 3), 1U);
  EXPECT_EQ(f.value(1, 1), 0U);
  EXPECT_EQ(f.sum(), 13U);
}

// The axes are written down in this module, since it stands to the left of those that own the enumerations.
template <std::size_t N, std::size_t M>
void expect_same(const std::string_view (&ours)[N], const std::string_view (&theirs)[M]) {
  ASSERT_EQ(N, M);
  for (std::size_t i = 0; i < N; ++i) EXPECT_EQ(ours[i], theirs[i]);
}

TEST(Axis, AgreesWithTheModulesThatOwnTheEnumerations) {
  expect_same(kLayerValues, net::kLayerLabels);
  expect_same(kEndValues, flow::kEndLabels);
  expect_same(kKindValues, exporter::kKindLabels);
  EXPECT_EQ(kLayers, static_cast<unsigned>(net::Layer::kCount));
  EXPECT_EQ(kEnds, static_cast<unsigned>(flow::End::kCount));
  EXPECT_EQ(kKinds, static_cast<unsigned>(exporter::Kind::kCount));
  EXPECT_EQ(kReaderValues[static_cast<unsigned>(flow::Reader::tls)], "tls");
  EXPECT_EQ(kReaderValues[static_cast<unsigned>(flow::Reader::http)], "http");
  EXPECT_EQ(kReaderValues[static_cast<unsigned>(flow::Reader::dns)], "dns");
}

}  // namespace
}  // namespace pellucid::metrics
