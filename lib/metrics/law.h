// kLaws: the equations that counters satisfy. Those of a block hold in each thread's block at the end of each of its turns, and
// so in every block that is published, and in sums of them. The others join what several threads count and hold for the sum of
// all blocks (accumulate() in metric.h) once the rings between them are empty: at the end of a run. Any thread.
#pragma once
#include <string_view>

#include "lib/metrics/counter.h"

namespace pellucid::metrics {

enum class Scope : std::uint8_t { block, sum };

struct Law {
  Scope scope;
  std::string_view name;
  std::string_view text;  // in the words of the metrics' names
  bool (*holds)(const WorkerCounters&) noexcept;
};

extern const std::span<const Law> kLaws;

// The first law that the counters break, or nullptr. Scope::block: they are one thread's. Scope::sum: they are the sum of all.
const Law* broken_law(const WorkerCounters& counters, Scope scope = Scope::sum) noexcept;
unsigned broken_laws(const WorkerCounters& block) noexcept;  // how many of those of a block

}  // namespace pellucid::metrics
