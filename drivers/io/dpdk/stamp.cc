#include "drivers/io/dpdk/stamp.h"

#include <time.h>

#include <rte_cycles.h>

namespace pellucid::dpdk {

void StampClock::observe(std::uint64_t device, std::uint64_t wall_ns) noexcept {
  const std::uint64_t device_before = device_.load(std::memory_order_relaxed);
  const std::uint64_t wall_before = wall_.load(std::memory_order_relaxed);
  std::uint64_t rate = 0;
  if (wall_before != 0 && device > device_before && wall_ns > wall_before) {
    rate = static_cast<std::uint64_t>((static_cast<unsigned __int128>(wall_ns - wall_before) << kShift) /
                                      (device - device_before));
  }
  const std::uint32_t turn = turn_.load(std::memory_order_relaxed);
  turn_.store(turn + 1, std::memory_order_relaxed);  // each later store brings it along
  device_.store(device, std::memory_order_release);
  wall_.store(wall_ns, std::memory_order_release);
  if (rate != 0) rate_.store(rate, std::memory_order_release);
  turn_.store(turn + 2, std::memory_order_release);
}

std::uint64_t StampClock::to_ns(std::uint64_t device) const noexcept {
  for (;;) {
    const std::uint32_t turn = turn_.load(std::memory_order_acquire);
    const std::uint64_t base = device_.load(std::memory_order_acquire);
    const std::uint64_t wall = wall_.load(std::memory_order_acquire);
    const std::uint64_t rate = rate_.load(std::memory_order_acquire);
    if ((turn & 1) != 0 || turn != turn_.load(std::memory_order_relaxed)) continue;
    const bool before = device < base;  // a packet that came before the clock was set
    const std::uint64_t apart = before ? base - device : device - base;
    const auto ns = static_cast<std::uint64_t>(static_cast<unsigned __int128>(apart) * rate >> kShift);
    return before ? wall - ns : wall + ns;
  }
}

TscClock::TscClock() noexcept
    : rate_((std::uint64_t{1'000'000'000} << kShift) / rte_get_tsc_hz()), again_(rte_get_tsc_hz() / 10) {
  set();
}

void TscClock::set() noexcept {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);  // answered without entering the kernel
  tsc_ = rte_rdtsc();
  wall_ = static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

std::uint64_t TscClock::now() noexcept {
  std::uint64_t apart = rte_rdtsc() - tsc_;
  if (apart >= again_) {
    set();
    apart = 0;
  }
  return wall_ + (apart * rate_ >> kShift);
}

}  // namespace pellucid::dpdk
