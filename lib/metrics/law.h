// kLaws: the equations that counters satisfy. They hold for the sum of all blocks of a run (accumulate() in metric.h) whenever
// no thread is in the middle of a turn and all rings are empty: at the end of a run, and between turns in tests. Any thread.
#pragma once
#include <string_view>

#include "lib/metrics/counter.h"

namespace pellucid::metrics {

struct Law {
  std::string_view name;
  std::string_view text;  // in the words of the metrics' names
  bool (*holds)(const WorkerCounters&) noexcept;
};

extern const std::span<const Law> kLaws;

// The first law that the counters break, or nullptr.
const Law* broken_law(const WorkerCounters& sum) noexcept;

}  // namespace pellucid::metrics
