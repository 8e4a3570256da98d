#include "app/problem.h"

#include <gtest/gtest.h>

namespace pellucid::app {

TEST(Problem, HasAPlaceAReasonAndARemedy) {
  const Problem p = split_problem("site.yaml:12:3: unknown key `x`; known here: a, b; or none");
  EXPECT_EQ(p.file, "site.yaml");
  EXPECT_EQ(p.line, 12u);
  EXPECT_EQ(p.column, 3u);
  EXPECT_EQ(p.reason, "unknown key `x`");
  EXPECT_EQ(p.remedy, "known here: a, b; or none");
}

TEST(Problem, OfAWholeFileHasNoLine) {
  const Problem p = split_problem("a:b.yaml: cannot be read: No such file");
  EXPECT_EQ(p.file, "a:b.yaml");
  EXPECT_EQ(p.line, 0u);
  EXPECT_EQ(p.reason, "cannot be read: No such file");
  EXPECT_EQ(p.remedy, "");
}

TEST(Problem, KeepsColonsOfAFileName) {
  const Problem p = split_problem("C:7:1:2: text");
  EXPECT_EQ(p.file, "C:7");
  EXPECT_EQ(p.line, 1u);
  EXPECT_EQ(p.column, 2u);
}

TEST(Problem, WithoutAnyOfThatIsItsReason) {
  for (const char* text : {"", "no place", ":", "12"}) EXPECT_EQ(split_problem(text).reason, text);
}

}  // namespace pellucid::app
