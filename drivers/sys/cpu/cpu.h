// Cpu: a thread's own core: its place, its cycle counter, and how it waits when there is nothing to do. Each thread asks for
// itself.
#pragma once
#include <cstdint>
#include <vector>

namespace pellucid::sys {

std::vector<unsigned> allowed_cores();        // those that this process may run on, lowest first
bool pin(unsigned core) noexcept;             // false: not allowed there
void name_thread(const char* name) noexcept;  // at most 15 octets, for ps and perf
std::uint64_t cycles() noexcept;
std::uint64_t wall_ns() noexcept;  // since 1970
bool clock_synchronised() noexcept;

// How a worker waits: at first it only lets the core's other thread go ahead, then it sleeps, ever longer.
class Nap {
 public:
  static constexpr unsigned kSpins = 256;  // empty turns before the first sleep
  static constexpr unsigned kMaxNapUs = 1000;

  explicit Nap(unsigned longest_us) noexcept;  // 0: never sleeps
  void busy() noexcept { empty_ = 0; }
  void idle() noexcept;

 private:
  unsigned longest_us_;
  unsigned empty_ = 0;
};

}  // namespace pellucid::sys
