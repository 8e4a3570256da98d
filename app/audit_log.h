// AuditLog: the audit log of the daemon, or of a replay: who did what, and one root a second over what was opened, in a file
// that only grows, signed from time to time. What is noted is on the disk within kGroup. Any thread that decides something
// notes it, under its mutex; never a worker.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/leaf_file.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/sign.h"
#include "drivers/sys/folder/folder.h"
#include "drivers/sys/ledger/ledger.h"
#include "lib/audit/judge.h"
#include "lib/audit/sheaf.h"
#include "lib/audit/witness.h"

namespace pellucid::app {

class AuditLog final : public audit::Witness {
 public:
  static constexpr std::uint64_t kCheckpointEntries = 10'000;
  static constexpr auto kCheckpointTime = std::chrono::seconds(60);
  static constexpr auto kGroup = std::chrono::milliseconds(50);

  enum class Pace : std::uint8_t { wall, capture };  // whose seconds count: tick()'s, or those of records
  struct Place {
    std::string folder;  // of key and leaves
    std::string log;
    std::string self;  // who writes it
    Pace pace = Pace::wall;
    std::string memory = {};  // file outside of `folder` that remembers how far the log is; empty: none
  };
  enum class Health : std::uint8_t {
    good,
    failing,  // it cannot be written
    broken,   // it is not whole
    older,    // it is, but more was written: it goes on, and nothing is to be opened
  };
  struct State {
    std::uint64_t entries = 0;
    std::uint64_t checkpoint_s = 0;  // of the last one, since 1970; 0: none since the start
    std::string problem;             // empty: entries are written
    Health health = Health::good;
  };

  // Makes folder, log and key where they are not there. A log that is not whole is left as it is: nothing is added to it, and
  // state() says why. Null: one line in `problem`.
  static std::unique_ptr<AuditLog> open(const Place& place, std::string& problem);
  static std::unique_ptr<AuditLog> open(const std::string& folder, std::string& problem,
                                        std::string memory = {}) {  // the daemon's
    return open({folder, folder + "/audit.jsonl", "pellucidd", Pace::wall, std::move(memory)}, problem);
  }
  ~AuditLog() override;

  void note(const audit::Event& event);
  audit::Salt salt() noexcept override;
  void written(std::string_view line, std::uint64_t captured_ns) noexcept override;
  void refused(keys::Reason reason, std::uint64_t captured_ns) noexcept override;
  // What the next checkpoints say: the authority set in force, in hexadecimal, and how often the ledger of grants was written.
  void know(std::string_view authorities, std::uint64_t grants);
  std::uint64_t grants_written() const noexcept { return grants_before_; }  // as the last checkpoint at the start said
  void tick();                                     // once a second: roots, sums, checkpoints, steps of the clock
  void close(const audit::Event* last = nullptr);  // what is left, this event, a last checkpoint; nothing is noted any more
  State state() const;
  // Entries from this number on, the first being 1; at most so many.
  bool read(std::uint64_t from, std::size_t most, std::vector<std::string>& lines, std::string& problem) const;
  const std::string& public_key() const noexcept { return public_pem_; }
  // Where a record stands, by its digest: its tree, and the entry that has the root. Empty: nowhere.
  struct Standing {
    audit::LeafSearch::Found found;
    std::string entry;
  };
  std::optional<Standing> find(const audit::Hash& leaf) const;
  std::string hex_digest(std::string_view text) const;  // SHA-256

 private:
  explicit AuditLog(Place place) : place_(std::move(place)) {}
  bool load_key(std::string& problem);
  bool load_log(std::string& problem);
  bool add(const std::string& line);
  bool tell_gap();
  bool tell_sessions();
  bool tell_refusals();
  bool tell_second();
  bool still_whole();
  void recall();
  void compare();
  void remember();
  void break_off(const std::string& why);
  void fail(const std::string& why);
  bool open_for_entries() const noexcept { return !closed_ && health_ != Health::broken; }
  void checkpoint();
  audit::Stamp stamp() const;
  void watch_clock();
  void sync_in_groups();

  mutable std::mutex mutex_;
  Place place_;
  std::unique_ptr<sys::Folder> shelf_;
  std::unique_ptr<openssl::SigningKey> key_;
  openssl::Digests digests_;
  std::unique_ptr<sys::Ledger> ledger_;
  std::unique_ptr<LeafFile> leaves_;
  audit::Sheaf sheaf_{digests_};
  std::string boot_id_;
  std::string public_pem_;
  std::string problem_;
  Health health_ = Health::good;
  audit::Checkpoint known_;  // for the next checkpoint
  std::uint64_t grants_before_ = 0;
  struct Memory {
    std::uint64_t seq = 0;  // of the last entry that is remembered; 0: none
    audit::Hash head{};     // … and its hash
  };
  Memory memory_;
  audit::Hash head_there_{};  // hash of the entry of that number in the log as it was read
  std::string older_;         // why it is taken for one from before; empty: it is not
  audit::Hash head_{};
  std::uint64_t seq_ = 0;
  std::uint64_t signed_seq_ = 0;
  std::uint64_t checkpoint_s_ = 0;
  std::uint64_t summed_minute_ = 0;  // that refusals are counted of
  std::uint64_t missed_ = 0;         // events that could not be noted since the last one that was
  std::chrono::steady_clock::time_point checkpoint_at_;
  std::int64_t clock_ns_ = 0;  // wall clock over the clock that only runs forward; 0: not yet seen
  bool closed_ = false;

  std::condition_variable wake_;
  bool dirty_ = false;
  bool end_ = false;
  std::thread syncing_;
};

}  // namespace pellucid::app
