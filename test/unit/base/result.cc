#include "lib/base/result.h"

#include <gtest/gtest.h>

#include <set>

namespace pellucid {
namespace {

struct Point {
  int x, y;
};

Result<Point> half(int x) {
  if (x % 2 != 0) return Err::bad_value;
  return Point{x / 2, x};
}

static_assert(std::is_trivially_copyable_v<Result<Point>>);

TEST(Result, HoldsAValueOrTheReasonWhyNot) {
  const Result<Point> good = half(8);
  ASSERT_TRUE(good);
  EXPECT_EQ(good.err(), Err::none);
  EXPECT_EQ(good->x, 4);
  EXPECT_EQ((*good).y, 8);
  const Result<Point> bad = half(7);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.err(), Err::bad_value);
}

TEST(Result, GivesAZeroedValueBesideAnError) {
  const Result<Point> bad = Err::more;
  EXPECT_EQ(bad->x, 0);
  EXPECT_EQ(bad->y, 0);
}

TEST(Err, HasALabelOfItsOwnForEveryValue) {
  std::set<std::string_view> labels;
  for (unsigned i = 0; i < static_cast<unsigned>(Err::kCount); ++i) labels.insert(label(static_cast<Err>(i)));
  EXPECT_EQ(labels.size(), static_cast<std::size_t>(Err::kCount));
  EXPECT_FALSE(labels.contains(""));
  EXPECT_EQ(label(Err::more), "more");
  EXPECT_EQ(label(Err::io), "io");
}

}  // namespace
}  // namespace pellucid
