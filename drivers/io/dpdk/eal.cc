#include "drivers/io/dpdk/eal.h"

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include "drivers/io/dpdk/log.h"

namespace pellucid::dpdk {

namespace {

bool is_pci(const std::string& device) {  // 0000:3b:00.0 or 3b:00.0, maybe with arguments
  return device.find_first_not_of("0123456789abcdefABCDEF") == device.find(':') && device.find(':') != std::string::npos;
}

int first_cpu() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &mine)) return cpu;
  }
  return 0;
}

std::vector<std::string> arguments(const EalOptions& o, bool huge) {
  // One core of DPDK's own: workers are threads of ours that take a Seat. Nothing is shared with other processes.
  std::vector<std::string> args{"pellucidd", "-l", std::to_string(first_cpu()), "--no-telemetry", "--log-level=*:error"};
  if (huge) {
    args.insert(args.end(), {"--in-memory"});
  } else {
    args.insert(args.end(), {"--no-huge", "--no-shconf", "--file-prefix", "pellucid-" + std::to_string(getpid())});
  }
  args.insert(args.end(), {"-m", std::to_string(o.memory_mb)});
  bool pci = false;
  for (const std::string& device : o.devices) {
    if (!is_pci(device)) continue;
    pci = true;
    args.insert(args.end(), {"-a", device});
  }
  if (!pci) args.emplace_back("--no-pci");
  args.insert(args.end(), o.extra.begin(), o.extra.end());
  return args;
}

}  // namespace

std::uint64_t free_huge_bytes() {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& size : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
    std::uint64_t pages = 0, kib = 0;
    std::ifstream(size.path() / "free_hugepages") >> pages;
    std::sscanf(size.path().filename().c_str(), "hugepages-%lukB", &kib);
    bytes += pages * kib * 1024;
  }
  return bytes;
}

std::unique_ptr<Eal> Eal::start(const EalOptions& options, std::string& problem) {
  const bool enough = free_huge_bytes() >= std::uint64_t{options.memory_mb} << 20;
  if (options.huge_pages == HugePages::require && !enough) {
    problem = "fewer than " + std::to_string(options.memory_mb) +
              " MiB of huge pages are free; reserve them, as `pellucid doctor` shows, or set huge_pages: prefer";
    return nullptr;
  }
  const bool huge = enough && options.huge_pages != HugePages::never;
  cpu_set_t before;
  const bool known = sched_getaffinity(0, sizeof before, &before) == 0;
  std::vector<std::string> args = arguments(options, huge);
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  std::string why;
  int started;
  {
    const Log log;
    started = rte_eal_init(static_cast<int>(argv.size()), argv.data());
    if (started < 0) why = log.last_line();
  }
  if (known) sched_setaffinity(0, sizeof before, &before);  // the environment pins whoever starts it
  if (started < 0) {
    problem = "DPDK does not start: " + (why.empty() ? std::string(rte_strerror(rte_errno)) : why) +
              "; `pellucid doctor` shows what it lacks";
    return nullptr;
  }
  return std::unique_ptr<Eal>(new Eal(huge));
}

std::uint64_t cycles_per_second() noexcept { return rte_get_tsc_hz(); }

Eal::~Eal() { rte_eal_cleanup(); }

Seat::Seat() noexcept : taken_(rte_thread_register() == 0) {}
Seat::~Seat() {
  if (taken_) rte_thread_unregister();
}

}  // namespace pellucid::dpdk
