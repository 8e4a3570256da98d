#include "app/daemon/revisions.h"

#include <gtest/gtest.h>

namespace pellucid::app {

namespace {

Revisions two() {
  Revisions r;
  r.list.push_back({1, 100, "first", "pellucidd", "", "default", 0, 10});
  r.list.push_back({2, 200, "apply", "alice", "caf\xc3\xa9 \"now\"\n", "site.yaml", 0, 20});
  r.pending = Pending{1, 500};
  return r;
}

}  // namespace

TEST(Revisions, AreReadAsTheyWereWritten) {
  Revisions back;
  ASSERT_TRUE(read_revisions(write_revisions(two()), back));
  ASSERT_EQ(back.list.size(), 2u);
  EXPECT_EQ(back.list[1].message, two().list[1].message);
  EXPECT_EQ(back.list[1].time_s, 200u);
  EXPECT_EQ(back.pending->deadline_s, 500u);
  EXPECT_EQ(write_revisions(back), write_revisions(two()));
}

TEST(Revisions, ThatAreCutAnywhereAreRefused) {
  const std::string whole = write_revisions(two());
  Revisions back;
  for (std::size_t cut = 0; cut + 2 < whole.size(); ++cut) EXPECT_FALSE(read_revisions(whole.substr(0, cut), back)) << cut;
}

TEST(Revisions, OfAnotherFormAreRefused) {
  Revisions back;
  for (const char* text : {"[]", "null", "{}", R"({"schema":2,"revisions":[]})", R"({"schema":1,"revisions":{"a":1}})",
                           R"({"schema":1,"revisions":[{"generation":"1"}]})", R"({"schema":1,"revisions":[],"pending":7})"}) {
    EXPECT_FALSE(read_revisions(text, back)) << text;
  }
  Revisions same = two();
  same.list[1].generation = 1;  // generations ascend
  EXPECT_FALSE(read_revisions(write_revisions(same), back));
  Revisions many;
  for (std::uint64_t i = 1; i <= kMaxRevisions + 1; ++i) many.list.push_back({i, 0, "apply", "", "", "", 0, 0});
  EXPECT_FALSE(read_revisions(write_revisions(many), back));
}

}  // namespace pellucid::app
