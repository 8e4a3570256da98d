// SinkState: how one sink of the daemon is, for status and metrics. A value; whoever asked owns it.
#pragma once
#include "lib/export/outlet.h"
#include "lib/metrics/daemon.h"

namespace pellucid::exporter {

struct SinkState {
  std::string name;
  std::string_view type;  // file, stdout, socket
  std::string where;
  OutletCounts counts;
  std::optional<Loss> trouble;     // now; none: it is up
  std::string failure;             // the last one, also after it has passed: one line
  std::uint64_t failures = 0;      // how often it fell into trouble
  std::uint64_t rotations = 0;     // of files
  std::uint64_t mended_lines = 0;  // torn by a crash, cut off at the start
};

// What metrics tell of it.
inline metrics::SinkFigures figures_of(const SinkState& s) {
  metrics::SinkFigures f;
  f.name = s.name;
  f.up = !s.trouble;
  f.records = s.counts.written;
  f.bytes = s.counts.written_bytes;
  static_assert(metrics::kLosses == kLosses);
  for (unsigned i = 0; i < kLosses; ++i) f.dropped[i] = s.counts.dropped[i];
  f.queue_records = s.counts.queued;
  f.queue_bytes = s.counts.queued_bytes;
  f.queue_capacity = s.counts.capacity_bytes;
  f.failures = s.failures;
  f.rotations = s.rotations;
  f.mended = s.mended_lines;
  return f;
}

// The law of a sink that has been joined: each line that the exporter thread has given out was written or dropped for a reason.
inline bool accounts_for(const SinkState& s, std::uint64_t given_out) noexcept {
  return s.counts.offered == given_out && s.counts.queued == 0 && s.counts.written + s.counts.all_dropped() == given_out;
}

}  // namespace pellucid::exporter
