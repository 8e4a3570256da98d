// Pump: moves the lines of an outlet into its target, and decides when to try again after a trouble. The sink's thread owns it
// and says what time it is, on a clock that only runs forward.
#pragma once
#include "lib/export/outlet.h"

namespace pellucid::exporter {

class Pump {
 public:
  static constexpr std::uint64_t kFirstRetryNs = 100'000'000;      // after a first failure; doubled after each one more …
  static constexpr std::uint64_t kLongestRetryNs = 2'000'000'000;  // … up to this
  static constexpr std::uint64_t kStalledNs = 1'000'000'000;       // a target that takes nothing for so long is in trouble

  Pump(Outlet& outlet, Target& target) : outlet_(outlet), target_(target) {}

  enum class Turn : std::uint8_t { moved, idle };
  // Up to kMaxMessages of what waits. Idle: nothing waits, or it is not yet time to try again.
  Turn turn(std::uint64_t now_ns) noexcept;
  void reopen() noexcept {
    target_.reopen();
    retry_at_ns_ = 0;
  }
  // What is wrong now; none: nothing.
  std::optional<Loss> trouble() const noexcept { return trouble_; }

 private:
  static constexpr unsigned kMaxMessages = 64;  // before the target may settle

  std::optional<Loss> move(std::uint64_t now_ns) noexcept;
  void note(std::optional<Loss> trouble, std::uint64_t now_ns) noexcept;

  Outlet& outlet_;
  Target& target_;
  std::optional<Loss> trouble_;
  std::uint64_t retry_at_ns_ = 0;
  std::uint64_t retry_ns_ = kFirstRetryNs;
  std::uint64_t moved_at_ns_ = 0;  // when the target last took something, or nothing waited
  bool moved_ = false;
};

}  // namespace pellucid::exporter
