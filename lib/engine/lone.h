// Lone: the whole packet path on one thread, from source to text, in step: for tools, tests and fuzzing, where order must be
// repeatable. The thread that made it owns it. The shipped program puts the same parts on threads of their own.
#pragma once
#include "lib/engine/exporter.h"
#include "lib/engine/front.h"
#include "lib/engine/source.h"
#include "lib/engine/worker.h"
#include "lib/metrics/metric.h"

namespace pellucid::engine {

class Lone {
 public:
  static constexpr std::size_t kRing = 4u << 20;  // a burst's records at their longest are half of it

  Lone(const Options& options, const net::ParseOptions& parse, classify::Dpi* dpi, exporter::Eve& eve, exporter::Tally& tally,
       exporter::Sink* sink, std::size_t ring_bytes = kRing, const FirstPackets& first = {})
      : records_(ring_bytes),
        front_(parse, options.secret, options.flow_hash, counters_),
        worker_(options, records_, dpi, counters_, {}, first),
        exporter_({&records_}, eve, tally, sink, counters_) {}

  void run(Source& source) noexcept {  // to the source's end, and every flow's
    while (source.pull(burst_)) {
      front_.read(burst_);
      worker_.turn(burst_);
      drain();
    }
    while (worker_.finish(front_.now())) drain();
    drain();
  }
  void adopt(const policy::Program* program) noexcept { worker_.adopt(program); }
  const metrics::WorkerCounters& counters() const noexcept { return counters_; }
  State& state() noexcept { return worker_.state(); }

 private:
  void drain() noexcept {
    while (exporter_.turn()) {
    }
  }

  metrics::WorkerCounters counters_;
  Ring records_;
  Front front_;
  Worker worker_;
  Exporter exporter_;
  net::Burst burst_;
};

}  // namespace pellucid::engine
