#include "drivers/out/metrics/text.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace pellucid::prometheus_text {
namespace {

using metrics::Daemon;
using metrics::Metric;
using metrics::Shown;
using metrics::Type;
using metrics::WorkerCounters;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Of the histogram's buckets, those between a microsecond and half a minute; shorter and longer fall into the outermost. A
// bucket holds what is below 2^i ns, Prometheus says "at most": that one nanosecond is worth a label that can be read.
constexpr unsigned kFirstBucket = 10, kLastBucket = 35;

MetricFamily family(std::string_view name, std::string_view help, Type type) {
  MetricFamily f;
  f.name = std::string(metrics::kPrefix).append(name);
  f.help = help;
  f.type = type == Type::counter ? MetricType::Counter : type == Type::gauge ? MetricType::Gauge : MetricType::Histogram;
  return f;
}

void label(ClientMetric& m, std::string_view name, std::string_view value) {
  if (!name.empty()) m.label.push_back({std::string(name), std::string(value)});
}

void set(ClientMetric& m, MetricType type, std::uint64_t value) {
  (type == MetricType::Counter ? m.counter.value : m.gauge.value) = static_cast<double>(value);
}

void set(ClientMetric& m, const metrics::Hist& hist) {
  std::uint64_t seen = 0;
  for (unsigned i = 0; i < metrics::Hist::kBuckets; ++i) {
    seen += hist.bucket(i);
    if (i < kFirstBucket || i > kLastBucket) continue;
    m.histogram.bucket.push_back({seen, static_cast<double>(std::uint64_t{1} << i) / 1e9});
  }
  m.histogram.bucket.push_back({seen, std::numeric_limits<double>::infinity()});
  m.histogram.sample_count = seen;
  m.histogram.sample_sum = static_cast<double>(hist.sum()) / 1e9;
}

// The cells of one field of some blocks, added up.
void add_cells(MetricFamily& f, const Metric& metric, std::span<const WorkerCounters* const> blocks, std::string_view worker) {
  for (unsigned i = 0; i < metric.size(); ++i) {
    const unsigned row = i / metric.columns(), column = i % metric.columns();
    if (!metric.shows(row, column)) continue;
    std::uint64_t sum = 0;
    for (const WorkerCounters* block : blocks) sum += metric.cells(*block)[i].value();
    ClientMetric m;
    if (!worker.empty()) label(m, "worker", worker);
    if (!metric.row.name.empty()) label(m, metric.row.name, metric.row.values[row]);
    if (!metric.column.name.empty()) label(m, metric.column.name, metric.column.values[column]);
    set(m, f.type, sum);
    f.metric.push_back(std::move(m));
  }
}

MetricFamily counted(const Metric& metric, const Daemon& d) {
  MetricFamily f = family(metric.name, metric.help, metric.type);
  switch (metric.shown) {
    case Shown::per_worker:
      for (std::size_t i = 0; i < d.workers.size(); ++i) add_cells(f, metric, {&d.workers[i], 1}, std::to_string(i));
      break;
    case Shown::summed:
      add_cells(f, metric, d.workers, {});
      break;
    case Shown::exporter:
      if (d.exporter != nullptr) add_cells(f, metric, {&d.exporter, 1}, {});
      break;
    case Shown::per_sink:
      break;
  }
  return f;
}

class Collected final : public prometheus::Collectable {
 public:
  explicit Collected(const Daemon& daemon) : daemon_(daemon) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> families;
    for (const metrics::DaemonMetric& metric : metrics::kDaemonMetrics) {
      MetricFamily f = family(metric.name, metric.help, metric.type);
      metric.visit(daemon_, [&](const metrics::Point& point) {
        ClientMetric m;
        for (unsigned i = 0; i < 2; ++i) label(m, metric.label[i], point.label[i]);
        if (point.hist != nullptr) {
          set(m, *point.hist);
        } else {
          set(m, f.type, point.value);
        }
        f.metric.push_back(std::move(m));
      });
      if (!f.metric.empty()) families.push_back(std::move(f));
    }
    for (const Metric& metric : metrics::kMetrics) {
      MetricFamily f = counted(metric, daemon_);
      if (!f.metric.empty()) families.push_back(std::move(f));
    }
    return families;
  }

 private:
  const Daemon& daemon_;
};

}  // namespace

std::string text_of(const metrics::Daemon& daemon) {
  return prometheus::TextSerializer().Serialize(Collected(daemon).Collect());
}

}  // namespace pellucid::prometheus_text
