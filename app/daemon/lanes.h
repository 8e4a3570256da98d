// Lanes: the workers of the daemon, each a thread pinned to a core with queues, tables and inspector of its own, and mail to
// every other. The control thread makes, starts, asks and stops them.
#pragma once
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "app/daemon/config.h"
#include "app/daemon/keeping.h"
#include "drivers/dpi/ndpi/dpi.h"
#include "drivers/io/dpdk/source.h"
#include "lib/engine/census.h"
#include "lib/engine/lane.h"
#include "lib/engine/snap.h"
#include "lib/metrics/published.h"

namespace pellucid::app {

class Lanes {
 public:
  using Ports = std::vector<std::unique_ptr<dpdk::Port>>;
  using Snap = engine::Snap<policy::Program>;  // worker i is its reader i

  Lanes(const Config& config, const Ports& ports, Snap& policies, Keeping& keeping);
  ~Lanes();

  void start();
  // Workers stop pulling, empty their mail and end their flows. The rings must be emptied meanwhile; running() says until when.
  void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  bool running() const noexcept { return left_.load(std::memory_order_acquire) != 0; }
  void join();

  std::size_t size() const noexcept { return lane_.size(); }
  std::vector<Ring*> rings();
  const Ring& ring(unsigned worker) const noexcept;
  const metrics::WorkerCounters& counters(unsigned worker) const noexcept;  // whole only once it has ended
  metrics::Published& published(unsigned worker) noexcept;
  engine::Census& census(unsigned worker) noexcept;
  unsigned core(unsigned worker) const noexcept;
  std::uint32_t capacity(unsigned worker) const noexcept;
  // Whether every worker has begun a turn since the last time this was asked: what the watchdog wants to know.
  bool all_turned() noexcept;

 private:
  struct One;
  void drive(One& one) noexcept;
  void work(One& one) noexcept;
  void finish(One& one) noexcept;

  std::vector<std::unique_ptr<engine::Mail>> mail_;  // from * size + to
  std::vector<std::unique_ptr<One>> lane_;
  Snap& policies_;
  unsigned sleep_us_;
  std::atomic<bool> stop_{false};
  std::atomic<unsigned> pulling_{0};
  std::atomic<unsigned> joining_{0};  // that may still put fragments together and send the result
  std::atomic<unsigned> left_{0};
};

}  // namespace pellucid::app
