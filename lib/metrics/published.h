// Published: one thread's counters as another thread may read them: as they stood together at the end of one of its turns, not
// each at another moment. The reader asks, the owner answers at the end of its turn with a copy. docs/why/metrics.md says why.
#pragma once
#include <atomic>

#include "lib/metrics/metric.h"

namespace pellucid::metrics {

class Published {
 public:
  // The owner, at the end of each turn, when its laws hold. Costs a load and a comparison where nobody has asked.
  void offer(const WorkerCounters& block) noexcept {
    const std::uint32_t asked = asked_.load(std::memory_order_acquire);
    if (asked == answered_.load(std::memory_order_relaxed)) return;
    copy(copy_, block);
    answered_.store(asked, std::memory_order_release);
  }

  // The reader, one thread at a time: asks, waits as long as it likes until answered(), and reads. An owner that hangs never
  // answers, and what it left half done must not be read: the reader keeps its own copy of the last answer.
  void ask() noexcept { asked_.store(asked_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  bool answered() const noexcept { return answered_.load(std::memory_order_acquire) == asked_.load(std::memory_order_relaxed); }
  // After answered(), until the next ask().
  const WorkerCounters& block() const noexcept {
    DCHECK(answered());
    return copy_;
  }

 private:
  alignas(kLine) std::atomic<std::uint32_t> asked_{0};  // written by the reader
  alignas(kLine) std::atomic<std::uint32_t> answered_{0};
  WorkerCounters copy_;  // written by the owner while answered_ lags behind asked_, by nobody else
};

}  // namespace pellucid::metrics
