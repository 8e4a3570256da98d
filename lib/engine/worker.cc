#include "lib/engine/worker.h"

#include "lib/engine/clock.h"

#include "lib/engine/flows.h"
#include "lib/engine/inspect.h"
#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/engine/outcome.h"
#include "lib/engine/readers.h"

namespace pellucid::engine {

namespace {
// What another worker handed over may be a little older; all else is later, by however many years a capture leaps.
bool later(std::uint32_t tick, std::uint32_t than) noexcept { return than - tick > ticks(60.0); }
}  // namespace

// Prefetch everything, then work in order: a burst of 64 hides the memory latency of bucket, flow and reader, and since each
// packet is finished before the next, a flow may end and begin again within one burst.
void Worker::turn(net::Burst& burst) noexcept {
  CHECK(burst.n <= net::kBurst);
  State& s = state_;
  for (unsigned i = 0; i < burst.n; ++i) s.table.prefetch(burst.row[i].hash);
  for (unsigned i = 0; i < burst.n; ++i) burst.row[i].flow = s.table.expect(burst.row[i].hash);
  for (unsigned i = 0; i < burst.n; ++i) {
    if (burst.row[i].payload_len != 0 && burst.row[i].flow != kNone) prefetch_reading(s, burst.row[i].flow);
  }
  std::uint64_t tracked = 0;
  if (burst.n > 0) s.burst_tick = burst.row[0].tick;
  if (s.quic_tick != s.burst_tick) {
    s.quic_tick = s.burst_tick;
    s.quic_keys_left = s.options.quic_keys;
  }
  for (unsigned i = 0; i < burst.n; ++i) tracked += take(burst.row[i], burst.key[i]);
  s.counters.tracked.add(tracked);
  settle();
}

void Worker::pass(std::uint32_t tick) noexcept {
  if (later(tick, state_.now)) state_.now = tick;
  settle();
}

void Worker::settle() noexcept {
  State& s = state_;
  settle_labels(s);
  s.age.turn(
      s.now, kAgeBudget, [&s](std::uint32_t flow) noexcept { return on_timer(s, flow); },
      [&s](std::uint32_t flow) noexcept { prefetch_end(s, flow); });
  publish(s);
}

namespace {
// A session that this packet ends still has a share in it; what it begins has one, too.
inline void read(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const bool opened = h.reader == flow::Reader::opened;
  if (opened) cover(s, flow, row.payload_len);
  if (wants_bytes(h)) inspect(s, flow, dir, row);
  if (!opened) cover(s, flow, row.payload_len);
}
}  // namespace

inline unsigned Worker::take(const net::Row& row, const net::Key& key) noexcept {
  State& s = state_;
  if (later(row.tick, s.now)) s.now = row.tick;
  s.ts_ns = row.ts_ns;
  const std::uint32_t flow = find_or_begin(s, row, key);
  if (flow == kNone) {
    s.counters.untracked.at(metrics::Untracked::table_full).add(row.frames);
    cover_lost(s, row.payload_len);
    return 0;
  }
  if (s.table.hot(flow).epoch != s.epoch) judge_anew(s, flow);
  const Dir dir = account(s, flow, row);
  if (row.payload_len != 0) read(s, flow, dir, row);
  after(s, flow);
  return row.frames;
}

void Worker::hear(keeper::Wire& wire) noexcept {
  wire.take([this](const keeper::Answered& answered) noexcept { on_answer(state_, answered); });
  state_.counters.key_wait_full.set(wire.full());
}

void Worker::adopt(const policy::Program* program) noexcept {
  state_.program = program;
  state_.epoch = static_cast<std::uint16_t>(program->generation());
}

bool Worker::finish(std::uint32_t tick) noexcept {
  State& s = state_;
  s.now = tick;
  settle_labels(s);
  std::uint32_t flows[kFinishFlows];
  unsigned n = 0;
  for (std::uint32_t flow = s.table.next_live(0); flow != kNone && n < kFinishFlows; flow = s.table.next_live(flow + 1)) {
    prefetch_end(s, flow);
    flows[n++] = flow;
  }
  for (unsigned i = 0; i < n; ++i) {
    s.table.prefetch(s.table.hot(flows[i]).hash);
    prefetch_reading(s, flows[i]);
  }
  for (unsigned i = 0; i < n; ++i) end_flow(s, flows[i], end_reason(s, flows[i]));
  publish(s);
  return s.table.live() != 0;
}

}  // namespace pellucid::engine
