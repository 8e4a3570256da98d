// Clock: appliance time made from packet times. It never runs backwards. A capture time that jumps by more than an
// hour either way counts only when the next packets confirm it; until then packets are placed at the time before the jump.
// Owned by whoever pulls from the source. A tick is 2^24 ns (16.8 ms), counted from the first packet, or, where packets of
// several clocks meet, from the time that all of them were given.
#pragma once
#include <cstdint>

namespace pellucid::engine {

inline constexpr unsigned kTickShift = 24;
constexpr std::uint32_t ticks(double seconds) noexcept {
  return static_cast<std::uint32_t>(seconds * 1e9 / (1u << kTickShift) + 1);
}

class Clock {
 public:
  static constexpr std::uint64_t kJumpNs = 3'600'000'000'000;  // an hour
  static constexpr unsigned kConfirm = 8;                      // packets that must agree with a jump

  Clock() = default;
  explicit Clock(std::uint64_t start_ns) noexcept : started_(start_ns != 0), base_ns_(start_ns), newest_ns_(start_ns) {}

  std::uint32_t tick(std::uint64_t ts_ns) noexcept {
    if (!started_) {
      started_ = true;
      base_ns_ = newest_ns_ = ts_ns;
    }
    if (near(ts_ns, newest_ns_)) {
      agreeing_ = 0;
      if (ts_ns > newest_ns_) newest_ns_ = ts_ns;
    } else {
      jump(ts_ns);
    }
    return static_cast<std::uint32_t>((newest_ns_ - base_ns_) >> kTickShift);
  }

 private:
  static bool near(std::uint64_t a, std::uint64_t b) noexcept { return (a > b ? a - b : b - a) <= kJumpNs; }
  void jump(std::uint64_t ts_ns) noexcept {
    agreeing_ = agreeing_ != 0 && near(ts_ns, candidate_ns_) ? agreeing_ + 1 : 1;
    candidate_ns_ = ts_ns;
    if (agreeing_ < kConfirm) return;
    agreeing_ = 0;
    if (ts_ns < newest_ns_) base_ns_ -= newest_ns_ - ts_ns;  // backwards: time goes on from where it was (modulo 2^64)
    newest_ns_ = ts_ns;
  }

  bool started_ = false;
  unsigned agreeing_ = 0;
  std::uint64_t base_ns_ = 0;       // the time that is tick 0
  std::uint64_t newest_ns_ = 0;     // the latest time that counts
  std::uint64_t candidate_ns_ = 0;  // the last time beyond a jump
};

}  // namespace pellucid::engine
