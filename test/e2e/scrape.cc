// scrape: the text that a scrape of a daemon gives, every metric in it, each cell another number: what monitoring.py holds
// rules and dashboards against. It has no ports and no workers of its own; live tests scrape a daemon that has.
#include <cstdio>
#include <cstdlib>

#include "drivers/out/metrics/text.h"

int main(int argc, char** argv) {
  using namespace pellucid::metrics;
  const std::uint64_t times = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;  // a later scrape shows more
  WorkerCounters block;
  std::uint64_t n = 0;
  for (const Metric& metric : kMetrics) {
    for (Counter& cell : metric.own_cells(block)) cell.set(++n * times);
  }
  Hist swaps;
  for (std::uint64_t i = 0; i < times; ++i) swaps.add(3'000'000);
  Daemon daemon;
  daemon.version = "1.2.3";
  daemon.policy_swap_ns = &swaps;
  daemon.ports = {{"tap0", true, 1 * times, 2 * times, 3 * times, 4 * times, 5 * times, 6}};
  daemon.sinks = {{"main", true, 7 * times, 8 * times, {9, 10, 11, 12, 13}, 14, 15, 16, 17, 18, 19}};
  daemon.rings = {{"records-0", 20, 21}};
  daemon.grants = {{"fraud-17", 1'800'000'000}};
  daemon.keys = {{"0123456789abcdef", 1'800'000'000}};
  daemon.workers = {&block, &block};
  daemon.stale = {false, true};
  daemon.exporter = &block;
  std::fputs(pellucid::prometheus_text::text_of(daemon).c_str(), stdout);
}
