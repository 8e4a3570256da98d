// Parts: what World owns, in the order of birth; ended in reverse. Control threads reach it through WorldDesk.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "app/audit_log.h"
#include "app/daemon/config.h"
#include "app/daemon/keeping.h"
#include "app/daemon/key_desk.h"
#include "app/daemon/lanes.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/seal.h"
#include "drivers/crypto/openssl/x509.h"
#include "drivers/dpi/ndpi/names.h"
#include "drivers/out/pcapng/deliveries.h"
#include "drivers/out/sinks/writer.h"
#include "drivers/sys/cpu/cpu.h"
#include "lib/engine/exporter.h"
#include "lib/export/fanout.h"
#include "lib/metrics/hist.h"
#include "lib/metrics/readings.h"

namespace pellucid::app {

// Asks every worker about its flows, waits for a second at most, and hands each answer to see(worker, answer). Gives how many
// did not answer: they are busy, or hang. One thread at a time.
template <class Ask, class See>
unsigned ask_workers(Lanes& lanes, Ask&& ask, See&& see) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  std::vector<bool> asked;
  for (unsigned i = 0; i < lanes.size(); ++i) asked.push_back(ask(lanes.census(i)));
  unsigned silent = 0;
  for (unsigned i = 0; i < lanes.size(); ++i) {
    while (asked[i] && !lanes.census(i).answered() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    if (asked[i] && lanes.census(i).answered()) {
      see(i, lanes.census(i).answer());
    } else {
      ++silent;
    }
  }
  return silent;
}

// A line on its way from a control thread to the exporter's. The newest one counts.
class Notice {
 public:
  void leave(std::string line) {
    const std::lock_guard lock(one_);
    line_ = std::move(line);
    waits_.store(true, std::memory_order_release);
  }
  bool waits() const noexcept { return waits_.load(std::memory_order_acquire); }
  std::string take() {
    const std::lock_guard lock(one_);
    waits_.store(false, std::memory_order_relaxed);
    return std::move(line_);
  }

 private:
  std::mutex one_;
  std::atomic<bool> waits_{false};
  std::string line_;
};

struct Parts {
  explicit Parts(const Config& c) : config(c) {
    for (const auto& port : c.ports) interfaces.push_back(port.name);
  }

  const Config config;
  std::vector<std::string> interfaces;  // names of ports, by Row.iface
  const std::uint64_t started_ns = sys::wall_ns();
  const std::chrono::steady_clock::time_point born = std::chrono::steady_clock::now();
  std::unique_ptr<dpdk::Eal> eal;
  Lanes::Ports ports;
  Lanes::Snap policies{config.workers + 2};  // the exporter and the keeper are the last readers
  std::unique_ptr<Keeping> keeping;
  std::unique_ptr<Lanes> lanes;
  dpi::NdpiNames names;
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  std::vector<std::unique_ptr<sinks::Writer>> sinks;
  std::unique_ptr<exporter::Fanout> fanout;
  exporter::Tally tally;
  std::unique_ptr<exporter::Eve> eve;
  metrics::WorkerCounters exporter_counters;
  metrics::Published exporter_published;
  std::unique_ptr<metrics::Readings> readings;  // workers by number, then the exporter
  openssl::Sealer sealer;
  std::unique_ptr<pcapng::Deliveries> deliveries;  // the exporter thread's
  std::mutex undelivered_guard;
  std::vector<std::string> undelivered;  // why a delivery ended, a line each
  std::unique_ptr<engine::Exporter> exporter;
  Notice stats;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<KeyDesk> keys;
  Grants* grants = nullptr;  // the control's
  std::mutex census;         // one question at a time goes to the workers
  std::thread exporting;
  metrics::Hist policy_swap_ns;     // from publication until every reader has it; the control side's
  std::atomic<bool> turning{true};  // every worker did so in the last second
  std::atomic<bool> ready{false};
  std::atomic<std::uint64_t> lost_a_minute_ago{0};  // by ports, since they started
};

}  // namespace pellucid::app
