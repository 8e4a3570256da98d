#include "lib/export/stats.h"

#include <gtest/gtest.h>

namespace pellucid::exporter {

TEST(Stats, ALineSumsPortsAndWorkers) {
  metrics::WorkerCounters first, second, exporter;
  for (metrics::WorkerCounters* w : {&first, &second}) {
    w->packets.add(10);
    w->bytes.add(1000);
    w->flows_created.add(3);
    w->flows.set(2);
    w->parse_errors.at(1, Err::bad_value).inc();
    w->records_made.at(0).add(4);
  }
  exporter.lines_written.add(7);
  metrics::Daemon d;
  d.policy_generation = 42;
  d.ports.push_back({.name = "lan", .packets = 20, .missed = 3, .no_buffer = 2, .errors = 1});
  d.sinks.push_back({.name = "a\"b", .records = 7, .dropped = {1, 2, 0, 0, 0}});
  d.workers = {&first, &second};
  d.exporter = &exporter;
  std::string line;
  write_stats(line, {.ts_ns = 1'700'000'000'123'456'000, .uptime_s = 60, .host = "tap-1"}, d);
  EXPECT_EQ(line, R"({"timestamp":"2023-11-14T22:13:20.123456+0000","host":"tap-1","event_type":"stats","stats":{"uptime":60,)"
                  R"("capture":{"kernel_packets":25,"kernel_drops":5,"errors":1},)"
                  R"("decoder":{"pkts":20,"bytes":2000,"invalid":2,"avg_pkt_size":100},)"
                  R"("flow":{"total":6,"active":4,"memcap":0},"tcp":{"reassembly_gap":0,"segment_memcap_drop":0}},)"
                  R"("pellucid":{"policy_generation":42,"workers":2,"handover":0,"handover_dropped":0,"evicted":0,)"
                  R"("cycles":{"busy":0,"idle":0},"records":{"made":8,"withheld":0,"dropped":0,"written":7},)"
                  R"("sinks":[{"name":"a\"b","records":7,"dropped":3}]}})"
                  "\n");
}

}  // namespace pellucid::exporter
