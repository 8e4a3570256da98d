// Writer: one sink of the daemon: its queue, its target and the thread that moves lines from one to the other. The control
// thread makes, asks and ends it; the exporter thread offers lines to outlet().
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "drivers/out/sinks/file.h"
#include "lib/export/pump.h"
#include "lib/export/sink_state.h"

namespace pellucid::sinks {

inline constexpr std::size_t kQueueBytes = 32 * 1024 * 1024;  // of lines that wait
inline constexpr std::uint64_t kCloseNs = 5'000'000'000;      // for what waits when the time to stop comes

struct WriterOptions {
  std::string name;  // label `sink` of metrics
  std::size_t queue_bytes = kQueueBytes;
};

class Writer {
 public:
  // At once it tries to open what it writes to; where that fails, it goes on trying.
  static std::unique_ptr<Writer> to_file(WriterOptions options, FileOptions file);
  static std::unique_ptr<Writer> to_standard_output(WriterOptions options);
  static std::unique_ptr<Writer> to_socket(WriterOptions options, std::string path);

  Writer(WriterOptions options, std::string_view type, std::string where, std::unique_ptr<exporter::Target> target,
         const File* file = nullptr);
  ~Writer() {
    finish(0);
    join();
  }

  void start();
  // SIGHUP: the thread opens its file again before it writes the next line.
  void reopen() noexcept { reopen_.store(true, std::memory_order_relaxed); }
  // The exporter thread has ended. What waits is written within this time; the rest is dropped and counted. Then join():
  // several sinks finish at the same time.
  void finish(std::uint64_t within_ns = kCloseNs) noexcept;
  void join() noexcept;

  exporter::Outlet& outlet() noexcept { return outlet_; }
  exporter::SinkState state() const;  // any thread, at any time

 private:
  void run() noexcept;
  void note() noexcept;

  const WriterOptions options_;
  const std::string_view type_;
  const std::string where_;
  exporter::Outlet outlet_;
  std::unique_ptr<exporter::Target> target_;
  const File* file_;  // target_, if it is one
  exporter::Pump pump_;
  std::atomic<bool> reopen_{false};
  std::atomic<std::uint64_t> stop_at_ns_{0};  // 0: not yet
  mutable std::mutex lock_;                   // guards what follows
  std::optional<exporter::Loss> trouble_;
  std::string failure_;
  std::uint64_t failures_ = 0;
  std::thread thread_;
};

}  // namespace pellucid::sinks
