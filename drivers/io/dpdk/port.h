// Port: one device that packets come from, set up to receive and for nothing else: it has no transmit queue, so that a tap
// cannot disturb what it watches. Made, asked and ended by the control thread; workers poll its queues through DpdkSource.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/io/dpdk/stamp.h"

struct rte_mempool;

namespace pellucid::dpdk {

struct PortOptions {
  std::string name;             // in_iface of records, `port` of metrics
  std::string device;           // PCI address, or a virtual device with its arguments
  unsigned queues = 1;          // wanted: one a worker
  unsigned descriptors = 1024;  // a queue
  unsigned buffers = 0;         // packets a queue's pool holds; 0: as many as are needed
  unsigned mtu = 0;             // 0: the device's own
  bool promiscuous = true;
};

enum class Spread : std::uint8_t {
  single,     // one queue: nothing to spread
  symmetric,  // our key and table were set and read back: both directions of a flow meet at its owner
  unknown,    // the device spreads packets its own way: hand-over does the rest
};

struct PortStats {  // since the device started
  std::uint64_t packets;
  std::uint64_t bytes;
  std::uint64_t missed;     // the device had no room: workers were late
  std::uint64_t no_buffer;  // the pool was empty
  std::uint64_t errors;
};

class Port {
 public:
  static std::unique_ptr<Port> open(const PortOptions& options, std::string& problem);
  ~Port();

  const PortOptions& options() const noexcept { return options_; }
  std::uint16_t id() const noexcept { return id_; }
  unsigned queues() const noexcept { return queues_; }  // that are polled, at most those wanted
  Spread spread() const noexcept { return spread_; }
  std::string driver() const;
  int numa_node() const noexcept { return node_; }  // -1: any
  PortStats stats() const noexcept;
  bool link_up() const noexcept;
  std::uint64_t link_mbps() const noexcept;  // 0: not known
  unsigned free_buffers() const noexcept;
  const StampClock* stamps() const noexcept { return stamped_ ? &stamp_ : nullptr; }
  int stamp_offset() const noexcept { return stamp_offset_; }
  void tune(std::uint64_t wall_ns) noexcept;  // once a second: sets the device's clock against the wall's

 private:
  explicit Port(const PortOptions& options) : options_(options) {}
  bool probe(std::string& problem);
  bool configure(std::string& problem);
  bool make_queues(std::string& problem);
  bool start(std::string& problem);
  std::string cannot(const char* what, int error) const;

  PortOptions options_;
  std::uint16_t id_ = 0xffff;
  unsigned queues_ = 0;
  int node_ = -1;
  unsigned kernel_index_ = 0;  // of the kernel's interface that it takes packets from; 0: none
  Spread spread_ = Spread::single;
  std::vector<rte_mempool*> pools_;
  bool started_ = false;
  bool stamped_ = false;
  int stamp_offset_ = -1;
  std::uint64_t stamp_flag_ = 0;
  StampClock stamp_;
};

}  // namespace pellucid::dpdk
