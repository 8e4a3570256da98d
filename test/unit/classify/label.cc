#include "lib/classify/label.h"

#include <gtest/gtest.h>

#include <iterator>

#include "lib/classify/dpi.h"

namespace pellucid::classify {
namespace {

TEST(Label, IsUnknownByNobodyUntilSomebodyKnows) {
  const Label l;
  EXPECT_EQ(l.app, kUnknown);
  EXPECT_EQ(l.by, By::nobody);
  EXPECT_EQ(l.confidence, Confidence::unknown);
}

TEST(Label, EachVerdictHasItsWord) {
  EXPECT_EQ(std::size(kByLabels), static_cast<std::size_t>(By::ndpi_cache) + 1);
  EXPECT_EQ(std::size(kConfidenceLabels), static_cast<std::size_t>(Confidence::dpi) + 1);
  EXPECT_EQ(kByLabels[static_cast<unsigned>(By::ndpi_cache)], "ndpi-cache");
  EXPECT_EQ(kConfidenceLabels[static_cast<unsigned>(Confidence::match_by_ip)], "Match by IP");
}

TEST(NameAsk, NeedsNoKey) {
  const NameAsk ask{kTls, "host.example"};
  EXPECT_EQ(ask.key, nullptr);
  EXPECT_FALSE(ask.swapped);
}

}  // namespace
}  // namespace pellucid::classify
