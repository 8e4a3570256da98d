#include "lib/export/pump.h"

#include <algorithm>

namespace pellucid::exporter {

Pump::Turn Pump::turn(std::uint64_t now_ns) noexcept {
  if (now_ns < retry_at_ns_) return Turn::idle;
  moved_ = false;
  std::optional<Loss> trouble = move(now_ns);
  if (!trouble || trouble == Loss::full) {
    if (const auto settled = target_.settle(now_ns)) trouble = settled;
  }
  note(trouble, now_ns);
  return moved_ ? Turn::moved : Turn::idle;
}

std::optional<Loss> Pump::move(std::uint64_t now_ns) noexcept {
  for (unsigned i = 0; i < kMaxMessages; ++i) {
    const std::string_view lines = outlet_.front();
    if (lines.empty()) {
      moved_at_ns_ = now_ns;
      return {};
    }
    const Target::Progress progress = target_.write(lines);
    outlet_.taken(progress.bytes);
    if (progress.bytes != 0) {
      moved_ = true;
      moved_at_ns_ = now_ns;
    }
    if (progress.trouble) return progress.trouble;
    if (progress.bytes == 0) return now_ns - moved_at_ns_ >= kStalledNs ? std::optional{Loss::full} : std::nullopt;
  }
  return {};
}

// A reader who has gone saw the line that was cut there; whoever comes next gets it from its beginning. One who is only slow
// gets the rest of it.
void Pump::note(std::optional<Loss> trouble, std::uint64_t now_ns) noexcept {
  trouble_ = trouble;
  outlet_.blame(trouble);
  if (trouble == Loss::disconnected) outlet_.back_to_line();
  if (!trouble || trouble == Loss::full) {
    retry_ns_ = kFirstRetryNs;
    retry_at_ns_ = 0;
    return;
  }
  retry_at_ns_ = now_ns + retry_ns_;
  retry_ns_ = std::min(retry_ns_ * 2, kLongestRetryNs);
}

}  // namespace pellucid::exporter
