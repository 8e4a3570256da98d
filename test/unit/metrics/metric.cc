#include "lib/metrics/metric.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace pellucid::metrics {
namespace {

TEST(Metric, TheTableNamesEveryCellOfABlockExactlyOnce) {
  const WorkerCounters block;
  std::set<const Counter*> seen;
  std::size_t cells = 0;
  for (const Metric& m : kMetrics) {
    for (const Counter& c : m.cells(block)) {
      seen.insert(&c);
      ++cells;
    }
  }
  EXPECT_EQ(seen.size(), cells);
  // What the table leaves out could only hide in the padding at the block's end.
  EXPECT_EQ((cells * sizeof(Counter) + kLine - 1) / kLine * kLine, sizeof(WorkerCounters));
}

TEST(Metric, LabelsFitTheShapeOfTheirFamily) {
  const WorkerCounters block;
  for (const Metric& m : kMetrics) {
    const std::size_t rows = m.row.name.empty() ? 1 : m.row.values.size();
    EXPECT_EQ(m.cells(block).size(), rows * m.columns()) << m.name;
    EXPECT_FALSE(m.help.empty()) << m.name;
    EXPECT_TRUE(m.help.ends_with(".")) << m.name;
  }
}

TEST(Metric, NamesAreOfTheCharactersThatPrometheusAllows) {
  for (const Metric& m : kMetrics) {
    EXPECT_EQ(m.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string_view::npos) << m.name;
  }
}

TEST(Metric, EachCellIsSeenWithItsLabels) {
  auto block = std::make_unique<WorkerCounters>();
  block->parse_errors.at(6, Err::truncated).add(3);
  block->packets.add(9);
  std::set<std::string> seen;
  for_each_cell(*block, [&](const Metric& m, std::string_view row, std::string_view column, std::uint64_t n) {
    if (n == 0) return;
    seen.insert(std::string(m.name) + "{" + std::string(row) + "," + std::string(column) + "} " + std::to_string(n));
  });
  EXPECT_EQ(seen, (std::set<std::string>{"parse_errors_total{tcp,truncated} 3", "worker_packets_total{,} 9"}));
}

TEST(Metric, ValuesThatAreNeverCountedAreNotShown) {
  auto block = std::make_unique<WorkerCounters>();
  bool shown = false;
  for_each_cell(*block, [&](const Metric&, std::string_view row, std::string_view column, std::uint64_t) {
    shown = shown || row == "unknown" || column == "none" || row == "none";
  });
  EXPECT_FALSE(shown);
}

TEST(Metric, BlocksAddUpCellByCell) {
  auto sum = std::make_unique<WorkerCounters>();
  auto one = std::make_unique<WorkerCounters>();
  auto two = std::make_unique<WorkerCounters>();
  one->records_made.at(4).add(2);
  two->records_made.at(4).add(3);
  two->flows.set(11);
  accumulate(*sum, *one);
  accumulate(*sum, *two);
  EXPECT_EQ(sum->records_made.value(4), 5U);
  EXPECT_EQ(sum->flows.value(), 11U);
  EXPECT_EQ(sum->packets.value(), 0U);
}

}  // namespace
}  // namespace pellucid::metrics
