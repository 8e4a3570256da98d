#include "lib/metrics/daemon.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "lib/export/target.h"

namespace pellucid::metrics {
namespace {

TEST(Daemon, ReasonsOfLossAreThoseOfTheSinks) {
  ASSERT_EQ(std::size(kLossValues), std::size(exporter::kLossValues));
  for (unsigned i = 0; i < kLosses; ++i) EXPECT_EQ(kLossValues[i], exporter::kLossValues[i]);
}

TEST(Daemon, NamesAreUniqueAndOnlyThoseOfSinksStandInBothTables) {
  std::set<std::string_view> seen;
  for (const DaemonMetric& m : kDaemonMetrics) {
    EXPECT_TRUE(seen.insert(m.name).second) << m.name;
    EXPECT_EQ(m.name.ends_with("_total"), m.type == Type::counter) << m.name;
    EXPECT_TRUE(m.help.ends_with(".")) << m.name;
  }
  for (const Metric& m : kMetrics) EXPECT_EQ(seen.contains(m.name), m.shown == Shown::per_sink) << m.name;
}

TEST(Daemon, EachFigureIsPutUnderItsOwnNameAndLabels) {
  Daemon d;
  d.version = "1.2.3";
  d.clock_synchronised = true;
  d.policy_generation = 42;
  d.ports = {{"tap0", true, 1, 2, 3, 4, 5, 6}, {"tap1", false, 11, 12, 13, 14, 15, 16}};
  d.sinks = {{"main", true, 21, 22, {31, 32, 33, 34, 35}, 23, 24, 25, 26, 27, 28}};
  d.rings = {{"records-0", 41, 42}};
  d.stale = {false, true};
  const WorkerCounters good;
  WorkerCounters bad;
  bad.packets.add(1);
  bad.records_made.at(2).add(1);
  d.workers = {&good, &bad};
  std::map<std::string, std::uint64_t> got;
  for (const DaemonMetric& m : kDaemonMetrics) {
    m.visit(d, [&](const Point& p) {
      got[std::string(m.name) + "{" + std::string(p.label[0]) + "," + std::string(p.label[1]) + "}"] = p.value;
    });
  }
  const std::map<std::string, std::uint64_t> some{
      {"build_info{1.2.3,}", 1},
      {"clock_synchronised{,}", 1},
      {"policy_generation{,}", 42},
      {"port_up{tap1,}", 0},
      {"port_receive_missed_packets_total{tap0,}", 3},
      {"port_receive_nombuf_total{tap1,}", 14},
      {"port_free_buffers{tap0,}", 6},
      {"worker_stale{0,}", 0},
      {"worker_stale{1,}", 1},
      {"worker_laws_broken{0,}", 0},
      {"worker_laws_broken{1,}", 2},
      {"ring_depth{records-0,}", 41},
      {"ring_capacity{records-0,}", 42},
      {"export_records_total{main,}", 21},
      {"export_dropped_records_total{main,disk_full}", 32},
      {"export_dropped_records_total{main,closing}", 35},
      {"export_queue_bytes{main,}", 24},
      {"sink_mended_lines_total{main,}", 28},
  };
  for (const auto& [name, value] : some) EXPECT_EQ(got.contains(name) ? got[name] : 999, value) << name;
  EXPECT_FALSE(got.contains("policy_swap_seconds{,}"));  // nobody has published any
}

}  // namespace
}  // namespace pellucid::metrics
