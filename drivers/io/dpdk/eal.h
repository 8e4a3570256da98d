// Eal: DPDK's environment, started once in a process and ended with it. Made by main's thread before any port; it fixes that
// thread's core for a moment only. Threads of ours join it by Seat.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pellucid::dpdk {

enum class HugePages : std::uint8_t { prefer, require, never };  // prefer: where enough of them are free

struct EalOptions {
  std::vector<std::string> devices;  // as in the configuration: PCI addresses and virtual devices with their arguments
  HugePages huge_pages = HugePages::prefer;
  unsigned memory_mb = 512;             // wanted for packet buffers
  std::vector<std::string> extra = {};  // further arguments of DPDK's own
};

class Eal {
 public:
  static std::unique_ptr<Eal> start(const EalOptions& options, std::string& problem);  // null: one line in `problem`
  ~Eal();
  bool huge_pages() const noexcept { return huge_pages_; }

 private:
  explicit Eal(bool huge) : huge_pages_(huge) {}
  bool huge_pages_;
};

std::uint64_t cycles_per_second() noexcept;  // of the processor's counter; once the environment runs
std::uint64_t free_huge_bytes();             // in pages of any size

// A thread's place among DPDK's own, so that pools keep a cache for it. Made and ended by that thread.
class Seat {
 public:
  Seat() noexcept;
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  bool taken() const noexcept { return taken_; }  // false: DPDK has no room for another thread, and pools are slower

 private:
  bool taken_;
};

}  // namespace pellucid::dpdk
