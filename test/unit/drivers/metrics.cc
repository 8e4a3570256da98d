#include <gtest/gtest.h>

#include <memory>

#include "drivers/out/metrics/text.h"

namespace pellucid::prometheus_text {
namespace {

struct MetricsText : testing::Test {
  std::unique_ptr<metrics::WorkerCounters> worker[2] = {std::make_unique<metrics::WorkerCounters>(),
                                                        std::make_unique<metrics::WorkerCounters>()};
  metrics::WorkerCounters exporter;
  metrics::Hist swaps;
  metrics::Daemon daemon;

  void SetUp() override {
    daemon.version = "1.2.3";
    daemon.workers = {worker[0].get(), worker[1].get()};
    daemon.stale = {false, false};
    daemon.exporter = &exporter;
    daemon.policy_swap_ns = &swaps;
  }
  bool says(const std::string& line) const {
    const std::string text = "\n" + text_of(daemon);
    return text.find("\n" + line + "\n") != std::string::npos;
  }
};

TEST_F(MetricsText, EachWorkerHasItsOwnSeries) {
  worker[0]->packets.add(7);
  worker[1]->packets.add(9);
  EXPECT_TRUE(says("# TYPE pellucid_worker_packets_total counter"));
  EXPECT_TRUE(says("pellucid_worker_packets_total{worker=\"0\"} 7"));
  EXPECT_TRUE(says("pellucid_worker_packets_total{worker=\"1\"} 9"));
  worker[1]->flows_ended.at(2).add(4);
  EXPECT_TRUE(says("pellucid_flow_ended_total{worker=\"1\",reason=\"evicted\"} 4"));
}

TEST_F(MetricsText, WhereLabelsAreManyWorkersAreAddedUp) {
  worker[0]->parse_errors.at(4, Err::truncated).add(2);
  worker[1]->parse_errors.at(4, Err::truncated).add(3);
  EXPECT_TRUE(says("pellucid_parse_errors_total{protocol=\"ipv4\",error=\"truncated\"} 5"));
  worker[1]->tls_sessions.at(metrics::TlsVersion::tls13, metrics::TlsMode::opaque).add(6);
  EXPECT_TRUE(says("pellucid_tls_sessions_total{version=\"TLS 1.3\",mode=\"opaque\"} 6"));
  EXPECT_TRUE(says("pellucid_tls_sessions_total{version=\"TLS 1.3\",mode=\"clear\"} 0"));
}

TEST_F(MetricsText, TheExportersFiguresBearNoWorkerAndSinksHaveTheirOwn) {
  exporter.records_taken.at(2).add(8);
  exporter.lines_written.add(8);
  daemon.sinks.push_back({.name = "main", .up = true, .records = 5, .dropped = {1, 2}});
  EXPECT_TRUE(says("pellucid_records_taken_total{kind=\"tls\"} 8"));
  EXPECT_TRUE(says("pellucid_export_records_total{sink=\"main\"} 5"));
  EXPECT_TRUE(says("pellucid_export_dropped_records_total{sink=\"main\",reason=\"disk_full\"} 2"));
  EXPECT_FALSE(says("pellucid_export_records_total 8"));
}

TEST_F(MetricsText, SwapsAreAHistogramInSeconds) {
  swaps.add(1'000);           // below the first bucket's end
  swaps.add(2'000'000);       // 2 ms
  swaps.add(60'000'000'000);  // beyond the last one
  EXPECT_TRUE(says("# TYPE pellucid_policy_swap_seconds histogram"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_count 3"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_sum 60.002001"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_bucket{le=\"1.024e-06\"} 1"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_bucket{le=\"0.002097152\"} 2"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_bucket{le=\"34.359738368\"} 2"));
  EXPECT_TRUE(says("pellucid_policy_swap_seconds_bucket{le=\"+Inf\"} 3"));
}

TEST_F(MetricsText, ANameFromTheConfigurationCannotBreakTheFormat) {
  daemon.ports.push_back({.name = "a\"b\\c\nd", .up = true});
  EXPECT_TRUE(says("pellucid_port_up{port=\"a\\\"b\\\\c\\nd\"} 1"));
}

}  // namespace
}  // namespace pellucid::prometheus_text
