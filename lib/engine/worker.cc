#include "lib/engine/worker.h"

#include "lib/engine/flows.h"
#include "lib/engine/inspect.h"
#include "lib/engine/label.h"

namespace pellucid::engine {

// Prefetch everything, then work in order: a burst of 64 hides the memory latency of bucket and flow, and since each packet is
// finished before the next, a flow may end and begin again within one burst.
void Worker::turn(net::Burst& burst) noexcept {
  CHECK(burst.n <= net::kBurst);
  State& s = state_;
  for (unsigned i = 0; i < burst.n; ++i) s.table.prefetch(burst.row[i].hash);
  for (unsigned i = 0; i < burst.n; ++i) s.table.prefetch_flow(burst.row[i].hash);
  if (burst.n > 0) s.burst_tick = burst.row[0].tick;
  for (unsigned i = 0; i < burst.n; ++i) take(burst.row[i], burst.key[i]);
  settle_labels(s);
  s.age.turn(s.now, kAgeBudget, [&s](std::uint32_t flow) noexcept { return on_timer(s, flow); });
  publish(s);
}

void Worker::take(const net::Row& row, const net::Key& key) noexcept {
  State& s = state_;
  s.now = row.tick;
  s.ts_ns = row.ts_ns;
  const std::uint32_t flow = find_or_begin(s, row, key);
  if (flow == kNone) {
    s.counters.untracked.at(metrics::Untracked::table_full).add(row.frames);
    return;
  }
  const Dir dir = account(s, flow, row);
  if (row.payload_len != 0 && wants_bytes(s.table.hot(flow))) inspect(s, flow, dir, row);
  after(s, flow);
}

bool Worker::finish(std::uint32_t tick) noexcept {
  State& s = state_;
  s.now = tick;
  settle_labels(s);
  std::uint32_t flow = 0;
  for (unsigned i = 0; i < kFinishFlows; ++i) {
    flow = s.table.next_live(flow);
    if (flow == kNone) break;
    end_flow(s, flow, end_reason(s, flow));
  }
  publish(s);
  return s.table.live() != 0;
}

}  // namespace pellucid::engine
