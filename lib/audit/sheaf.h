// Sheaf: `decrypt` records on their way into the audit log: the digests that the next root will stand for, and refusals counted
// by their reasons. Owned by whoever keeps the log, under its lock.
#pragma once
#include "lib/audit/line.h"
#include "lib/keys/reason.h"

namespace pellucid::audit {

inline constexpr std::size_t kMaxSheaf = 1u << 16;  // records under one root

class Sheaf {
 public:
  static constexpr std::uint64_t kSecond = 1'000'000'000;
  static constexpr std::size_t kReasons = static_cast<std::size_t>(keys::Reason::kCount);

  explicit Sheaf(const crypto::Digests& digests) : digests_(digests) {}

  // The line as it stands in the records, without its end. False: there is no room.
  bool add(std::string_view record, std::uint64_t ns);
  bool full() const noexcept { return leaves_.size() == kMaxSheaf; }
  // Whether a record of this time belongs to a later second than those that are here.
  bool ends_before(std::uint64_t ns) const noexcept { return !leaves_.empty() && ns / kSecond > sessions_.until_ns / kSecond; }
  const std::vector<Hash>& leaves() const noexcept { return leaves_; }
  Sessions sessions() const;
  void clear() noexcept { leaves_.clear(); }

  void refuse(keys::Reason reason) noexcept { ++refused_[static_cast<std::size_t>(reason)]; }
  std::uint64_t refused(keys::Reason reason) const noexcept { return refused_[static_cast<std::size_t>(reason)]; }
  void forget(keys::Reason reason) noexcept { refused_[static_cast<std::size_t>(reason)] = 0; }

 private:
  const crypto::Digests& digests_;
  std::vector<Hash> leaves_;
  Sessions sessions_;
  std::array<std::uint64_t, kReasons> refused_{};
};

}  // namespace pellucid::audit
