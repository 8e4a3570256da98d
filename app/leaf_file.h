// LeafFile: the digests under the roots of an audit log, in a file beside it that is begun anew when it is long; the one before
// is kept. Owned by the audit log, under its lock; find() is for any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "drivers/sys/ledger/ledger.h"
#include "lib/audit/leaves.h"

namespace pellucid::app {

class LeafFile {
 public:
  static constexpr std::uint64_t kMostBytes = 256u << 20;  // of each of the two: some eight million records together
  static constexpr const char* kName = "/leaves.jsonl";
  static constexpr const char* kOldName = "/leaves.1.jsonl";

  static std::unique_ptr<LeafFile> open(const std::string& folder, std::string& problem);
  // False: not all of them were written; one line in `problem`.
  bool append(std::uint64_t seq, const std::vector<audit::Hash>& leaves, std::string& problem);
  std::shared_ptr<const sys::Ledger> ledger() const noexcept { return ledger_; }  // to bring it to the disk outside of the lock

  // The tree of a leaf, from the files of a folder as they are now.
  static std::optional<audit::LeafSearch::Found> find(const std::string& folder, const audit::Hash& leaf);

 private:
  explicit LeafFile(std::string folder) : folder_(std::move(folder)) {}
  bool begin(std::string& problem);
  bool begin_anew(std::string& problem);

  std::string folder_;
  std::shared_ptr<sys::Ledger> ledger_;
};

}  // namespace pellucid::app
