// AuditLog: the daemon's audit log: who did what, in a file that only grows, signed from time to time. What is noted is on the
// disk within kGroup. Owned by the world; any thread that decides something notes it, under its mutex; never a worker.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/sign.h"
#include "drivers/sys/folder/folder.h"
#include "drivers/sys/ledger/ledger.h"
#include "lib/audit/judge.h"

namespace pellucid::app {

class AuditLog {
 public:
  static constexpr std::uint64_t kCheckpointEntries = 10'000;
  static constexpr auto kCheckpointTime = std::chrono::seconds(60);
  static constexpr auto kGroup = std::chrono::milliseconds(50);

  struct State {
    std::uint64_t entries = 0;
    std::uint64_t checkpoint_s = 0;  // of the last one, since 1970; 0: none since the start
    std::string problem;             // empty: entries are written
  };

  // Makes folder, log and key where they are not there. A log that is not whole is left as it is: nothing is added to it, and
  // state() says why. Null: one line in `problem`.
  static std::unique_ptr<AuditLog> open(const std::string& folder, std::string& problem);
  ~AuditLog();

  void note(const audit::Event& event);
  void tick();   // once a second: checkpoints, steps of the clock
  void close();  // a last checkpoint; nothing is noted any more
  State state() const;
  // Entries from this number on, the first being 1; at most so many.
  bool read(std::uint64_t from, std::size_t most, std::vector<std::string>& lines, std::string& problem) const;
  const std::string& public_key() const noexcept { return public_pem_; }
  std::string hex_digest(std::string_view text) const;  // SHA-256

 private:
  explicit AuditLog(std::string folder) : folder_(std::move(folder)) {}
  bool load_key(std::string& problem);
  bool load_log(std::string& problem);
  bool add(const std::string& line);
  bool tell_gap();
  void checkpoint();
  audit::Stamp stamp() const;
  void watch_clock();
  void sync_in_groups();

  mutable std::mutex mutex_;
  std::string folder_;
  std::unique_ptr<sys::Folder> shelf_;
  std::unique_ptr<openssl::SigningKey> key_;
  openssl::Digests digests_;
  std::unique_ptr<sys::Ledger> ledger_;
  std::string boot_id_;
  std::string public_pem_;
  std::string problem_;
  audit::Hash head_{};
  std::uint64_t seq_ = 0;
  std::uint64_t signed_seq_ = 0;
  std::uint64_t checkpoint_s_ = 0;
  std::uint64_t missed_ = 0;  // events that could not be noted since the last one that was
  std::chrono::steady_clock::time_point checkpoint_at_;
  std::int64_t clock_ns_ = 0;  // wall clock over the clock that only runs forward; 0: not yet seen
  bool closed_ = false;

  std::condition_variable wake_;
  bool dirty_ = false;
  bool end_ = false;
  std::thread syncing_;
};

}  // namespace pellucid::app
