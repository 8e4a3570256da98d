// Rss: how a device with several queues spreads packets over them: by the symmetric key over addresses and ports, and a table
// that sends each hash to the worker that engine::owner_of names. Control thread, while the port is set up.
#pragma once
#include <cstdint>

struct rte_eth_dev_info;
struct rte_eth_rss_conf;

namespace pellucid::dpdk {

inline constexpr unsigned kMaxRssKey = 64;

struct RssPlan {
  std::uint8_t key[kMaxRssKey];
  unsigned key_size = 0;
  std::uint64_t types = 0;  // what the device can hash of what we want; 0: it cannot
};
RssPlan plan_rss(const rte_eth_dev_info& device) noexcept;
void fill(rte_eth_rss_conf& conf, RssPlan& plan) noexcept;

// Of a started port: sets the redirection table and reads key, types and table back. False: the device did not take them.
bool set_spread(std::uint16_t port, const rte_eth_dev_info& device, const RssPlan& plan, unsigned queues) noexcept;

}  // namespace pellucid::dpdk
