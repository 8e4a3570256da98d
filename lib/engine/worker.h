// ★ Worker: one core's packet path. A turn takes a burst of rows through flow table, streams, readers and classification and
// leaves records in a ring. It owns its State; one thread calls it; it never allocates, locks, logs or waits.
#pragma once
#include "lib/engine/state.h"
#include "lib/keeper/wire.h"

namespace pellucid::engine {

class Worker {
 public:
  Worker(const Options& options, Ring& records, classify::Dpi* dpi, metrics::WorkerCounters& counters,
         const Opener& opener = {}, const FirstPackets& first = {})
      : state_(options, records, dpi, counters, opener, first) {}

  // One burst of rows that a Front has read: keys, hashes and ticks are set. Frames are not needed after it.
  void turn(net::Burst& burst) noexcept;
  // No packet came, and it is this late: what is due by then happens.
  void pass(std::uint32_t tick) noexcept;
  // Nothing more will come: live flows end at this tick, at most kFinishFlows a call, so that the exporter can keep up. True:
  // call again.
  bool finish(std::uint32_t tick) noexcept;

  // Between turns: every flow is judged by this policy from its next packet on. It must live until another one was adopted.
  void adopt(const policy::Program* program) noexcept;

  // What the keeper has said since the last turn.
  void hear(keeper::Wire& wire) noexcept;

  State& state() noexcept { return state_; }

 private:
  static constexpr unsigned kFinishFlows = 64;

  void settle() noexcept;                                            // what stands at the end of each turn
  unsigned take(const net::Row& row, const net::Key& key) noexcept;  // one packet; gives how many frames a flow took in

  State state_;
};

}  // namespace pellucid::engine
