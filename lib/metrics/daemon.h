// Daemon: everything about a running daemon that metrics tell beside what workers count, and kDaemonMetrics: one line for each
// of its public names. The control side fills a Daemon for each scrape; a value, any thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lib/metrics/hist.h"
#include "lib/metrics/metric.h"

namespace pellucid::metrics {

inline constexpr unsigned kLosses = 5;  // exporter::Loss
inline constexpr std::string_view kLossValues[] = {"full", "disk_full", "io", "disconnected", "closing"};
static_assert(std::size(kLossValues) == kLosses);

struct PortFigures {
  std::string name;
  bool up = false;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t missed = 0;
  std::uint64_t no_buffer = 0;
  std::uint64_t errors = 0;
  std::uint64_t free_buffers = 0;
};

struct SinkFigures {
  std::string name;
  bool up = false;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped[kLosses] = {};
  std::uint64_t queue_records = 0;
  std::uint64_t queue_bytes = 0;
  std::uint64_t queue_capacity = 0;
  std::uint64_t failures = 0;
  std::uint64_t rotations = 0;
  std::uint64_t mended = 0;
};

struct RingFigures {
  std::string name;  // records-0: from worker 0 to the exporter
  std::uint64_t used = 0;
  std::uint64_t capacity = 0;
};

struct KeyFigures {
  std::string id;
  std::uint64_t expires_s = 0;  // since 1970
};

struct GrantFigures {
  std::string alias;            // its id
  std::uint64_t expires_s = 0;  // since 1970
};

struct Daemon {
  std::string version;
  std::uint64_t started_s = 0;  // since 1970
  std::uint64_t cycles_per_second = 0;
  bool clock_synchronised = false;
  std::uint64_t policy_generation = 0;
  std::uint64_t audit_entries = 0;
  std::uint64_t audit_checkpoint_s = 0;  // since 1970; 0: none since the start
  bool audit_writing = false;
  bool decryption_enabled = false;
  const Hist* policy_swap_ns = nullptr;  // null: no policy can be published
  std::vector<PortFigures> ports;
  std::vector<SinkFigures> sinks;
  std::vector<RingFigures> rings;
  std::vector<KeyFigures> keys;                // those that expire
  std::vector<GrantFigures> grants;            // until a day after their end
  std::vector<const WorkerCounters*> workers;  // by number
  std::vector<bool> stale;                     // by number: it did not answer, its figures are older
  const WorkerCounters* exporter = nullptr;
};

// One series: values of the metric's labels, in their order, and its number.
struct Point {
  std::string_view label[2];
  std::uint64_t value = 0;
  const Hist* hist = nullptr;  // of a histogram, in nanoseconds
};
using Put = std::function<void(const Point&)>;

struct DaemonMetric {
  std::string_view name;  // after kPrefix; a counter ends in _total
  std::string_view help;
  Type type;
  std::string_view label[2];  // empty: none
  void (*visit)(const Daemon&, const Put&);
};

extern const std::span<const DaemonMetric> kDaemonMetrics;

}  // namespace pellucid::metrics
