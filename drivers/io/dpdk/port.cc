#include "drivers/io/dpdk/port.h"

#include <algorithm>
#include <cstring>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>

#include "drivers/io/dpdk/kernel_link.h"
#include "drivers/io/dpdk/log.h"
#include "drivers/io/dpdk/rss.h"
#include "lib/net/key.h"

namespace pellucid::dpdk {

namespace {

constexpr unsigned kPoolCache = 256;
constexpr std::uint16_t kDataRoom = RTE_MBUF_DEFAULT_BUF_SIZE;  // longer frames come in several pieces

std::string name_of(const std::string& device) { return device.substr(0, device.find(',')); }

// Drivers of virtual devices give -1 for whatever it was: no word about permissions.
std::string text_of(int error) { return error == -1 ? "its driver refuses" : rte_strerror(error < 0 ? -error : error); }

}  // namespace

std::string Port::cannot(const char* what, int error) const {
  return "port " + options_.name + " (" + name_of(options_.device) + "): " + what + ": " + text_of(error);
}

std::unique_ptr<Port> Port::open(const PortOptions& options, std::string& problem) {
  std::unique_ptr<Port> port(new Port(options));
  const Log log;
  if (port->probe(problem) && port->configure(problem) && port->make_queues(problem) && port->start(problem)) return port;
  if (const std::string why = log.first_line(); !why.empty()) problem += "; DPDK says: " + why;
  return nullptr;
}

Port::~Port() {
  if (started_) rte_eth_dev_stop(id_);
  if (id_ != 0xffff) rte_eth_dev_close(id_);
  for (rte_mempool* pool : pools_) rte_mempool_free(pool);
}

bool Port::probe(std::string& problem) {
  const int probed = rte_dev_probe(options_.device.c_str());
  const int found = rte_eth_dev_get_port_by_name(name_of(options_.device).c_str(), &id_);
  if (found == 0 && (probed == 0 || probed == -EEXIST)) return true;
  id_ = 0xffff;
  problem = cannot("no such device, or it cannot be used", probed != 0 ? probed : found) +
            "; a NIC must be bound to vfio-pci, see `pellucid doctor`; a virtual device needs its arguments right";
  return false;
}

bool Port::configure(std::string& problem) {
  rte_eth_dev_info device{};
  if (const int error = rte_eth_dev_info_get(id_, &device); error != 0) {
    problem = cannot("cannot be asked", error);
    return false;
  }
  node_ = rte_eth_dev_socket_id(id_);
  kernel_index_ = device.if_index != 0 ? device.if_index : kernel_index(options_.device);
  queues_ = std::min<unsigned>(options_.queues, device.max_rx_queues);
  if (device.max_rx_queues > queues_ && std::strcmp(device.driver_name, "net_af_packet") == 0) {
    problem = "port " + options_.name + ": qpairs=" + std::to_string(device.max_rx_queues) +
              " is more than there are workers (" + std::to_string(queues_) +
              "), and packets of the others would be lost; give as many";
    return false;
  }
  rte_eth_conf conf{};
  RssPlan rss = plan_rss(device);
  if (queues_ > 1 && rss.types != 0) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    fill(conf.rx_adv_conf.rss_conf, rss);
  }
  conf.rxmode.mtu = options_.mtu;
  if (options_.mtu > kDataRoom - RTE_PKTMBUF_HEADROOM - 26u) {
    conf.rxmode.offloads |= device.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
  }
  std::uint64_t device_clock = 0;
  stamped_ = (device.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0 && rte_eth_read_clock(id_, &device_clock) == 0 &&
             rte_mbuf_dyn_rx_timestamp_register(&stamp_offset_, &stamp_flag_) == 0;
  if (stamped_) conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
  if (const int error = rte_eth_dev_configure(id_, static_cast<std::uint16_t>(queues_), 0, &conf); error != 0) {
    problem = cannot("refuses its configuration", error) + "; try fewer workers or another mtu";
    return false;
  }
  return true;
}

bool Port::make_queues(std::string& problem) {
  std::uint16_t descriptors = static_cast<std::uint16_t>(options_.descriptors);
  std::uint16_t none = 0;
  if (rte_eth_dev_adjust_nb_rx_tx_desc(id_, &descriptors, &none) != 0) descriptors = 512;
  // What the device's ring holds, a burst in work, what two caches may keep back.
  const unsigned needed = 2u * descriptors + 2 * net::kBurst + 3 * kPoolCache;
  const unsigned buffers = std::max(options_.buffers, needed);
  for (unsigned q = 0; q < queues_; ++q) {
    const std::string name = "pool-" + std::to_string(id_) + "-" + std::to_string(q);
    rte_mempool* pool = rte_pktmbuf_pool_create(name.c_str(), buffers, kPoolCache, 0, kDataRoom, node_ < 0 ? 0 : node_);
    if (pool == nullptr) {
      problem = cannot("no memory for its packet buffers", rte_errno) + "; raise memory.packet_mb or reserve more huge pages";
      return false;
    }
    pools_.push_back(pool);
    const auto node = static_cast<unsigned>(node_ < 0 ? SOCKET_ID_ANY : node_);
    const int error = rte_eth_rx_queue_setup(id_, static_cast<std::uint16_t>(q), descriptors, node, nullptr, pool);
    if (error != 0) {
      problem = cannot("refuses a receive queue", error) + "; where it preloads packets it needs more `buffers`";
      return false;
    }
  }
  return true;
}

bool Port::start(std::string& problem) {
  if (const int error = rte_eth_dev_start(id_); error != 0) {
    problem = cannot("does not start", error);
    return false;
  }
  started_ = true;
  if (options_.promiscuous) rte_eth_promiscuous_enable(id_);  // a virtual device without the notion sees all anyway
  if (queues_ > 1) {
    rte_eth_dev_info device{};
    rte_eth_dev_info_get(id_, &device);
    spread_ = set_spread(id_, device, plan_rss(device), queues_) ? Spread::symmetric : Spread::unknown;
  }
  return true;
}

std::string Port::driver() const {
  rte_eth_dev_info device{};
  return rte_eth_dev_info_get(id_, &device) == 0 ? device.driver_name : "";
}

PortStats Port::stats() const noexcept {
  rte_eth_stats s{};
  if (rte_eth_stats_get(id_, &s) != 0) return {};
  return {s.ipackets, s.ibytes, s.imissed, s.rx_nombuf, s.ierrors};
}

bool Port::link_up() const noexcept {
  if (kernel_index_ != 0) return kernel_runs(kernel_index_);
  rte_eth_link link{};
  return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

std::uint64_t Port::link_mbps() const noexcept {
  rte_eth_link link{};
  if (rte_eth_link_get_nowait(id_, &link) != 0 || link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN) return 0;
  return link.link_speed;
}

unsigned Port::free_buffers() const noexcept {
  unsigned n = 0;
  for (const rte_mempool* pool : pools_) n += rte_mempool_avail_count(pool);
  return n;
}

void Port::tune(std::uint64_t wall_ns) noexcept {
  std::uint64_t device = 0;
  if (stamped_ && rte_eth_read_clock(id_, &device) == 0) stamp_.observe(device, wall_ns);
}

}  // namespace pellucid::dpdk
