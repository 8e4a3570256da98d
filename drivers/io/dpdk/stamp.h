// StampClock: turns the time-stamps that a device gives to packets into nanoseconds since 1970. The control thread sets it
// against the wall clock about once a second; workers read it for every packet. TscClock does the same with the processor's
// counter, for devices without stamps; each worker owns one.
#pragma once
#include <atomic>
#include <cstdint>

namespace pellucid::dpdk {

class StampClock {
 public:
  // Control thread: the device showed `device` when the wall clock showed `wall_ns`. The first two calls set the rate.
  void observe(std::uint64_t device, std::uint64_t wall_ns) noexcept;
  bool ready() const noexcept { return rate_.load(std::memory_order_acquire) != 0; }
  std::uint64_t to_ns(std::uint64_t device) const noexcept;  // any thread; only once ready

 private:
  static constexpr unsigned kShift = 24;
  std::atomic<std::uint32_t> turn_{0};  // odd while it is written
  std::atomic<std::uint64_t> device_{0};
  std::atomic<std::uint64_t> wall_{0};
  std::atomic<std::uint64_t> rate_{0};  // nanoseconds a tick of the device, times 2^kShift
};

class TscClock {
 public:
  TscClock() noexcept;
  std::uint64_t now() noexcept;  // nanoseconds since 1970; the wall clock is looked at ten times a second

 private:
  static constexpr unsigned kShift = 24;
  void set() noexcept;

  std::uint64_t rate_;   // nanoseconds a cycle, times 2^kShift
  std::uint64_t again_;  // cycles after which the wall clock is looked at
  std::uint64_t tsc_ = 0;
  std::uint64_t wall_ = 0;
};

}  // namespace pellucid::dpdk
