#include "drivers/sys/cpu/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/timex.h>
#include <time.h>
#include <x86intrin.h>

#include <algorithm>

namespace pellucid::sys {

std::vector<unsigned> allowed_cores() {
  std::vector<unsigned> cores;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return {0};
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &mine)) cores.push_back(core);
  }
  return cores;
}

bool pin(unsigned core) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

void name_thread(const char* name) noexcept { static_cast<void>(pthread_setname_np(pthread_self(), name)); }

std::uint64_t cycles() noexcept { return __rdtsc(); }

std::uint64_t wall_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

bool clock_synchronised() noexcept {
  timex t{};
  return adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

Nap::Nap(unsigned longest_us) noexcept : longest_us_(std::min(longest_us, kMaxNapUs)) {
  prctl(PR_SET_TIMERSLACK, 1UL);  // else the kernel makes each sleep 50 us longer
}

void Nap::idle() noexcept {
  ++empty_;
  if (longest_us_ == 0 || empty_ < kSpins) return _mm_pause();
  const unsigned us = std::min(longest_us_, empty_ / kSpins);  // 1 us at first, one more every kSpins turns
  const timespec t{0, static_cast<long>(us) * 1000};
  nanosleep(&t, nullptr);
  if (us == longest_us_) empty_ = longest_us_ * kSpins;
}

}  // namespace pellucid::sys
