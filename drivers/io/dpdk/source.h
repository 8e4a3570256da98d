// DpdkSource: one worker's queues, one of each port that has one for it, as a source of bursts. The worker's thread owns it and
// alone polls these queues. Frames stay in their buffers until the next pull, which gives all of them back: no buffer is kept
// for longer, so that the pools cannot starve.
#pragma once
#include <vector>

#include "drivers/io/dpdk/stamp.h"
#include "lib/base/slab.h"
#include "lib/engine/source.h"

struct rte_mbuf;

namespace pellucid::dpdk {

class Port;

struct Queue {
  std::uint16_t port = 0;
  std::uint16_t queue = 0;
  std::uint16_t iface = 0;             // Row.iface
  const StampClock* stamps = nullptr;  // null: the port gives no time-stamps
  int stamp_offset = -1;
};
Queue queue_of(const Port& port, unsigned queue, unsigned iface) noexcept;

class DpdkSource final : public engine::Source {
 public:
  static constexpr std::uint32_t kMaxJumbo = 16 * 1024;  // a frame in several buffers is put together up to here, then cut

  explicit DpdkSource(std::vector<Queue> queues);
  ~DpdkSource() override;

  bool pull(net::Burst& burst) noexcept override;  // a burst of the next queue that has any; always true
  std::uint64_t now() noexcept { return clock_.now(); }

 private:
  void give_back() noexcept;
  void fill(net::Row& row, unsigned i, const Queue& queue, std::uint64_t now_ns) noexcept;

  std::vector<Queue> queues_;
  std::size_t next_ = 0;
  unsigned held_ = 0;
  rte_mbuf* mbuf_[net::kBurst];
  TscClock clock_;
  LineArray<std::uint8_t> joined_;  // where frames in several buffers are put together, one place a row
};

}  // namespace pellucid::dpdk
