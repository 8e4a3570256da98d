// Exporter: takes records out of the workers' rings and gives them, as text, to a sink. One thread of its own calls it; all
// that is slow (JSON, X.509, hashes of fingerprints) happens here.
#pragma once
#include <vector>

#include "lib/audit/witness.h"
#include "lib/export/collapse.h"
#include "lib/export/deliverer.h"
#include "lib/export/eve.h"
#include "lib/export/sink.h"
#include "lib/export/tally.h"
#include "lib/metrics/counter.h"

namespace pellucid::engine {

class Exporter {
 public:
  Exporter(std::vector<Ring*> rings, exporter::Eve& eve, exporter::Tally& tally, exporter::Sink* sink,
           metrics::WorkerCounters& counters, exporter::Deliverer* deliverer = nullptr, audit::Witness* witness = nullptr)
      : rings_(std::move(rings)),
        eve_(eve),
        tally_(tally),
        sink_(sink),
        counters_(counters),
        deliverer_(deliverer),
        witness_(witness) {}

  // Everything that waits, up to kMaxTurn records a ring. False: nothing waited.
  bool turn() noexcept;
  // A line that tells of the daemon itself, its end included. The exporter's thread, between turns.
  void say(std::string_view line) noexcept;
  bool flush() noexcept { return sink_ == nullptr || sink_->flush(); }
  bool failed() const noexcept { return failed_; }

 private:
  static constexpr unsigned kMaxTurn = 256;

  unsigned drain(Ring& ring) noexcept;
  void take(const exporter::View& view) noexcept;
  void deliver(const exporter::View& view) noexcept;
  void write(const exporter::View& view, std::uint64_t count) noexcept;
  void put(std::string_view text, std::uint64_t lines) noexcept;

  std::vector<Ring*> rings_;
  exporter::Eve& eve_;
  exporter::Tally& tally_;
  exporter::Sink* sink_;  // null: only the tally is wanted
  metrics::WorkerCounters& counters_;
  exporter::Deliverer* deliverer_;  // null: plaintext goes nowhere
  audit::Witness* witness_;         // null: nobody keeps an audit log
  exporter::Collapse collapse_;
  std::string text_;
  std::uint64_t text_lines_ = 0;
  bool secret_ = false;  // plaintext was among what was read of the ring
  bool failed_ = false;
};

}  // namespace pellucid::engine
