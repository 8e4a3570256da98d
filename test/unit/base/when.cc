#include "lib/base/when.h"

#include <gtest/gtest.h>

namespace pellucid {
namespace {

TEST(When, MomentsAreReadAndWritten) {
  const std::pair<const char*, std::int64_t> known[] = {{"1970-01-01T00:00:00Z", 0},
                                                        {"2000-02-29T23:59:59Z", 951'868'799},
                                                        {"2026-11-22T13:01:01Z", 1'795'352'461},
                                                        {"2100-03-01T00:00:00Z", 4'107'542'400},
                                                        {"9999-12-31T23:59:59Z", 253'402'300'799}};
  for (const auto& [text, seconds] : known) {
    std::int64_t read = -1;
    EXPECT_TRUE(read_moment(text, read)) << text;
    EXPECT_EQ(read, seconds) << text;
    EXPECT_EQ(write_moment(seconds), text);
  }
}

TEST(When, EveryDayOfManyYearsComesBack) {
  for (std::int64_t day = 0; day < 366 * 450; ++day) {
    std::int64_t read = -1;
    ASSERT_TRUE(read_moment(write_moment(day * 86'400 + 86'399), read)) << day;
    ASSERT_EQ(read, day * 86'400 + 86'399);
  }
}

TEST(When, WhatIsNoMomentInUtcIsRefused) {
  for (const char* text : {"", "2026-11-22", "2026-11-22T13:01:01", "2026-11-22T13:01:01+00:00", "2026-11-22 13:01:01Z",
                           "2026-11-22t13:01:01z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z",
                           "2026-12-31T23:59:60Z", "1969-12-31T23:59:59Z", "2026-11-22T13:01:0-Z"}) {
    std::int64_t read = 0;
    EXPECT_FALSE(read_moment(text, read)) << text;
  }
}

TEST(When, SpansAreReadAndWritten) {
  std::int64_t read = 0;
  EXPECT_TRUE(read_span("30d", read) && read == 30 * 86'400);
  EXPECT_TRUE(read_span("3660d", read) && write_span(read) == "3660d");
  EXPECT_TRUE(read_span("90s", read) && write_span(read) == "90s");
  EXPECT_TRUE(read_span("36h", read) && write_span(read) == "36h");
  EXPECT_TRUE(read_span("120m", read) && write_span(read) == "2h");
  EXPECT_TRUE(read_span("0s", read) && write_span(read) == "0s");
  for (const char* text :
       {"", "d", "5", "-5d", "+5d", "5 d", "5w", "1.5h", "3661d", "99999999999999999999d", "9223372036854775807d"}) {
    EXPECT_FALSE(read_span(text, read)) << text;
  }
}

}  // namespace
}  // namespace pellucid
