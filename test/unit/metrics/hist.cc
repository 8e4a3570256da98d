#include "lib/metrics/hist.h"

#include <gtest/gtest.h>

namespace pellucid::metrics {
namespace {

TEST(Hist, PutsEachValueIntoItsPowerOfTwo) {
  Hist h;
  for (const std::uint64_t v :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, ~std::uint64_t{0}}) {
    h.add(v);
  }
  EXPECT_EQ(h.bucket(0), 1U);
  EXPECT_EQ(h.bucket(1), 1U);
  EXPECT_EQ(h.bucket(2), 2U);
  EXPECT_EQ(h.bucket(3), 1U);
  EXPECT_EQ(h.bucket(64), 1U);
  EXPECT_EQ(h.count(), 6U);
}

TEST(Hist, BucketEndsAreTheLargestValuesTheyHold) {
  EXPECT_EQ(Hist::upper(0), 0U);
  EXPECT_EQ(Hist::upper(1), 1U);
  EXPECT_EQ(Hist::upper(10), 1023U);
  EXPECT_EQ(Hist::upper(64), ~std::uint64_t{0});
}

TEST(Hist, PercentilesAreBucketEnds) {
  Hist h;
  EXPECT_EQ(h.percentile(50), 0U);
  for (unsigned i = 0; i < 99; ++i) h.add(100);
  h.add(5000);
  EXPECT_EQ(h.percentile(50), 127U);
  EXPECT_EQ(h.percentile(99), 127U);
  EXPECT_EQ(h.percentile(100), 8191U);
  EXPECT_EQ(h.sum(), 99U * 100 + 5000);
}

}  // namespace
}  // namespace pellucid::metrics
