// Outlet: the way of one sink: a bounded queue of lines from the exporter thread to the sink's own thread, and the count of
// what became of each line. The exporter thread offers, the sink's thread takes, any thread reads the counts.
#pragma once
#include "lib/base/ring.h"
#include "lib/export/target.h"
#include "lib/metrics/counter.h"

namespace pellucid::exporter {

// Every line offered is written, dropped or queued: offered = written + dropped + queued, also while all of it moves on.
struct OutletCounts {
  std::uint64_t offered = 0;
  std::uint64_t written = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t dropped[kLosses] = {};
  std::uint64_t queued = 0;
  std::uint64_t queued_bytes = 0;
  std::uint64_t capacity_bytes = 0;

  std::uint64_t all_dropped() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : dropped) sum += n;
    return sum;
  }
};

class Outlet {
 public:
  explicit Outlet(std::size_t queue_bytes) : ring_(queue_bytes) {}

  // Exporter thread. Whole lines; those that find no room are dropped, for the reason why the sink is slow.
  void offer(std::string_view lines) noexcept;

  // The sink's thread. Lines from where it stands, whole but perhaps the first; empty: nothing waits.
  std::string_view front() noexcept;
  void taken(std::size_t bytes) noexcept;             // the target has taken so much of front()
  void back_to_line() noexcept { at_ = whole_; }      // what was taken of a line without its end is forgotten
  void blame(std::optional<Loss> trouble) noexcept {  // why there is no room, if there is none
    blame_.store(trouble.value_or(Loss::full), std::memory_order_relaxed);
  }
  void drop_rest(Loss loss) noexcept;  // all that waits; the exporter thread offers no more

  // Any thread.
  OutletCounts counts() const noexcept;

 private:
  static constexpr std::size_t kChunk = 64 * 1024;  // lines of a message in the ring, unless one line is longer

  void put(std::string_view chunk) noexcept;
  void next() noexcept;

  // Written by the exporter thread.
  Ring ring_;
  metrics::Counter accepted_;
  metrics::Family<kLosses> refused_;
  // Written by the sink's thread.
  alignas(kLine) std::string_view message_;
  std::size_t at_ = 0;     // of message_: taken up to here
  std::size_t whole_ = 0;  // … and counted up to here, the end of a line
  std::atomic<Loss> blame_{Loss::full};
  metrics::Counter written_;
  metrics::Counter written_bytes_;
  metrics::Family<kLosses> lost_;
};

}  // namespace pellucid::exporter
