#include "lib/metrics/law.h"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "lib/flow/hot.h"
#include "lib/metrics/metric.h"

namespace pellucid::metrics {
namespace {

// A run in which everything happened at least once and every law holds.
std::unique_ptr<WorkerCounters> balanced_run() {
  auto w = std::make_unique<WorkerCounters>();
  w->packets.add(100);
  w->tracked.add(80);
  w->untracked.at(Untracked::table_full).add(2);
  w->non_ip.add(5);
  w->parse_errors.at(0, Err::truncated).add(3);
  w->fragments.add(14);
  w->fragments_joined.add(4);
  w->fragments_timed_out.add(3);
  w->fragments_evicted.add(2);
  w->fragments_pending.set(3);
  w->fragments_refused.add(2);
  w->datagrams_joined.add(2);
  w->handover_sent.add(10);
  w->handover_taken.add(10);
  w->flows_created.add(9);
  w->flows_ended.at(flow::End::timeout).add(5);
  w->flows_ended.at(flow::End::evicted).add(1);
  w->flows_evicted.add(1);
  w->flows_classified.at(5).add(6);
  w->flows.set(3);
  w->flows_at_level.at(1).set(1);
  w->flows_at_level.at(3).set(2);
  w->policy_judged.add(9);
  w->policy_changed.add(4);
  w->sessions_started.at(flow::Reader::tls).add(3);
  w->sessions_failed.at(flow::Reader::tls).add(1);
  w->sessions_incomplete.at(flow::Reader::tls).add(1);
  w->payload_bytes.add(100);
  w->coverage.at(Coverage::decrypted).add(60);
  w->coverage.at(Coverage::lost).add(10);
  w->coverage_pending.set(30);
  w->dpi_packets.add(20);
  w->dpi_flows.add(6);
  w->dpi_ended.at(DpiEnd::decided).add(3);
  w->dpi_ended.at(DpiEnd::gave_up).add(1);
  w->dpi_ended.at(DpiEnd::dropped).add(1);
  w->dpi_live.set(1);
  w->records_made.at(2).add(8);
  w->records_written.at(2).add(7);
  w->records_dropped.at(2).add(1);
  w->records_taken.at(2).add(7);
  w->records_incomplete.add(2);
  w->stats_made.add(2);
  w->lines_written.add(8);
  w->lines_dropped.add(1);
  return w;
}

TEST(Law, ABalancedRunBreaksNone) {
  EXPECT_EQ(broken_law(*balanced_run()), nullptr);
  EXPECT_EQ(broken_law(WorkerCounters{}), nullptr);
}

std::string_view broken_by(void (*wrong)(WorkerCounters&)) {
  const auto w = balanced_run();
  wrong(*w);
  const Law* law = broken_law(*w);
  return law == nullptr ? std::string_view{"none"} : law->name;
}

TEST(Law, AFrameWithoutAFateIsFound) {
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.packets.inc(); }), "packets");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.parse_errors.at(3, Err::bad_value).inc(); }), "packets");
}

TEST(Law, EachLawIsBrokenByTheLossItSpeaksOf) {
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.fragments.inc(); }), "fragments");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.datagrams_joined.add(10); }), "datagrams");
  EXPECT_EQ(broken_by([](WorkerCounters& w) {
              w.packets.inc();
              w.handover_sent.inc();
            }),
            "handover");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.flows.set(4); }), "flows");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.flows_at_level.at(0).inc(); }), "levels");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.policy_changed.add(6); }), "verdicts");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.flows_evicted.inc(); }), "evictions");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.flows_classified.at(0).inc(); }), "categories");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.sessions_failed.at(2).add(5); }), "sessions failed");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.sessions_incomplete.at(2).add(5); }), "sessions incomplete");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.payload_bytes.inc(); }), "coverage");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.coverage_pending.set(31); }), "coverage");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.decrypt_reasons.at(3).inc(); }), "decrypt reasons");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.decrypt_sessions.at(0, 2).inc(); }), "decrypt records");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.dpi_live.set(0); }), "dpi");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.dpi_packets.set(1); }), "dpi packets");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.records_dropped.at(2).inc(); }), "records");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.records_taken.at(2).inc(); }), "exports");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.records_incomplete.add(9); }), "records incomplete");
  EXPECT_EQ(broken_by([](WorkerCounters& w) { w.lines_written.inc(); }), "lines");
  EXPECT_EQ(broken_by([](WorkerCounters& w) {
              w.flows_created.add(100);
              w.flows.add(100);
              w.flows_at_level.at(1).add(100);
            }),
            "flow packets");
}

TEST(Law, WhatSeveralThreadsCountIsNotAskedOfOneBlock) {
  WorkerCounters reader;  // frames that left for another worker, records that the exporter has yet to take
  reader.packets.add(5);
  reader.handover_sent.add(5);
  reader.records_made.at(2).add(1);
  reader.records_written.at(2).add(1);
  EXPECT_EQ(broken_law(reader, Scope::block), nullptr);
  EXPECT_EQ(broken_law(reader, Scope::sum)->name, "handover");
  reader.packets.inc();
  EXPECT_EQ(broken_law(reader, Scope::block)->name, "packets");
}

TEST(Law, EveryLawHasANameAndAText) {
  for (const Law& law : kLaws) {
    EXPECT_FALSE(law.name.empty());
    EXPECT_FALSE(law.text.empty()) << law.name;
  }
}

}  // namespace
}  // namespace pellucid::metrics
