// Path: a worker with small limits behind a front, fed with frames built by hand, for tests. Records are read straight from the
// ring.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "lib/engine/front.h"
#include "lib/engine/worker.h"
#include "lib/metrics/law.h"
#include "test/unit/net/build.h"

namespace pellucid::test {

struct Kept {  // a record, copied out of the ring
  exporter::Head head;
  std::vector<std::uint8_t> message;
  template <class Body>
  Body as() const {
    return exporter::read_record(message).as<Body>();
  }
  Bytes part(exporter::Part p) const { return exporter::read_record(message).part(p); }
};

inline engine::Options small_options() {
  engine::Options o;
  o.level = policy::Level::metadata;
  o.limits = {256, 64, 64, 256, 16, 16, 8, 16, 64, 32};
  o.update_ticks = engine::ticks(1800.0);
  o.tls_wait_ticks = engine::ticks(5.0);
  return o;
}

class Path {
 public:
  static constexpr std::uint64_t kStart = 1'700'000'000'000'000'000;
  static constexpr std::uint64_t kMilli = 1'000'000;

  explicit Path(const engine::Options& options = small_options(), std::size_t ring = 1u << 20, classify::Dpi* dpi = nullptr,
                const engine::FirstPackets& first = {})
      : options_(options),
        records_(ring),
        front_({}, options_.secret, net::flow_hash_plain, counters_),
        worker_(options_, records_, dpi, counters_, {}, first) {}

  // One frame at `ms` milliseconds after the start.
  void at(std::uint64_t ms, const build::Octets& frame) { burst_at(ms, {frame}); }
  // Several frames, at most net::kBurst, in one burst.
  void burst_at(std::uint64_t ms, const std::vector<build::Octets>& frames) {
    burst_->n = 0;
    for (const build::Octets& frame : frames) {
      net::Row& row = burst_->row[burst_->n++];
      row = net::Row{};
      row.frame = frame.data();
      row.ts_ns = kStart + ms * kMilli;
      row.len = row.wire_len = static_cast<std::uint32_t>(frame.size());
      row.frames = 1;
    }
    front_.read(*burst_);
    worker_.turn(*burst_);
    take();
  }
  // All flows end; gives every record of the run.
  const std::vector<Kept>& end() {
    while (worker_.finish(front_.now())) take();
    take();
    const metrics::Law* broken = metrics::broken_law(counters_);
    EXPECT_EQ(broken, nullptr) << broken->text;
    return kept_;
  }
  std::vector<Kept> of(exporter::Kind kind) const {
    std::vector<Kept> found;
    for (const Kept& k : kept_) {
      if (k.head.kind == kind) found.push_back(k);
    }
    return found;
  }
  void adopt(const policy::Program* program) { worker_.adopt(program); }
  engine::State& state() { return worker_.state(); }
  const metrics::WorkerCounters& counters() const { return counters_; }

 private:
  void take() {
    for (Bytes m = records_.read(); !m.empty(); m = records_.read()) {
      const exporter::View v = exporter::read_record(m);
      kept_.push_back({*v.head, {m.begin(), m.end()}});
      counters_.records_taken.at(v.head->kind).inc();
      counters_.lines_written.inc();
    }
    records_.release();
  }

  engine::Options options_;
  metrics::WorkerCounters counters_;
  Ring records_;
  engine::Front front_;
  engine::Worker worker_;
  std::unique_ptr<net::Burst> burst_ = std::make_unique<net::Burst>();
  std::vector<Kept> kept_;
};

}  // namespace pellucid::test
