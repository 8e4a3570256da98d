// Session: one replay: it owns the source, the workers, their rings and the exporter, runs a thread for each, and joins them.
// Birth order is reverse death order. Made and run by main's thread.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/cli/keys.h"
#include "drivers/io/file/source.h"
#include "lib/engine/exporter.h"
#include "lib/engine/front.h"
#include "lib/engine/mail.h"
#include "lib/engine/worker.h"

namespace pellucid::app {

struct Plan {  // what the command line asks for
  std::string file;
  std::string out;  // empty: no records; "-": standard output; else a folder
  unsigned workers = 1;
  unsigned repeat = 1;
  policy::Level level = policy::Level::classify;
  std::string policy;              // file; empty: the level holds for every flow
  std::uint32_t flows = 1u << 20;  // for all workers together
  unsigned dpi_tcp_packets = 8;
  unsigned dpi_udp_packets = 4;
  unsigned update_minutes = 30;
  bool ignore_vlan = false;
  bool quiet = false;
  std::string audit;  // file of the audit log; empty: none is kept
  KeyPlan keys;
};

struct Outcome {
  double seconds = 0;           // wall clock
  std::uint64_t cpu_ns = 0;     // of all threads on the packet path, reading included
  std::uint64_t read_ns = 0;    // … of it inside the source
  std::uint64_t keeper_ns = 0;  // … making keys, judging grants and certificates
  metrics::WorkerCounters sum;  // all blocks, once every thread has ended
  std::string failure;          // one line, empty if all went well
  int code = 0;                 // … else the exit code
  bool interrupted = false;
};

inline std::atomic<bool> stop_requested{false};  // set by SIGINT and SIGTERM

class Session {
 public:
  // What cannot be had is said in one line, with the exit code, and the plan does not run.
  static std::unique_ptr<Session> open(const Plan& plan, std::string& problem, int& code);
  ~Session();

  void start();
  void tick();  // now and then while it runs, by main's thread
  bool running() const noexcept { return lanes_left_.load(std::memory_order_acquire) != 0; }
  std::uint64_t bytes_read() const noexcept;
  std::uint64_t bytes_whole() const noexcept;  // 0: not known
  void finish(Outcome& outcome);               // waits for every thread, drains the rings, flushes the sink
  const exporter::Tally& tally() const noexcept;
  const classify::Names* names() const noexcept;

 private:
  struct Lane;  // one worker with its ring, its DPI and its thread
  struct Parts;
  explicit Session(const Plan& plan);

  void drive_alone(Lane& lane) noexcept;   // pulls, reads and works on one thread
  void drive_reader() noexcept;            // pulls, reads, hands over to the owners
  void drive_worker(Lane& lane) noexcept;  // works on what the reader sends
  void drive_exporter() noexcept;
  void begin_log();
  void end_log(Outcome& outcome);

  Plan plan_;
  std::unique_ptr<Parts> parts_;
  std::atomic<unsigned> lanes_left_{0};
  std::chrono::steady_clock::time_point ticked_;
};

}  // namespace pellucid::app
