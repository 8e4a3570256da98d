#include "drivers/io/dpdk/rss.h"

#include <cstring>

#include <rte_ethdev.h>

#include "lib/engine/mail.h"

namespace pellucid::dpdk {

namespace {

constexpr std::uint64_t kTypes = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP |
                                 RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV4_SCTP | RTE_ETH_RSS_NONFRAG_IPV4_OTHER |
                                 RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_TCP |
                                 RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_NONFRAG_IPV6_SCTP | RTE_ETH_RSS_NONFRAG_IPV6_OTHER;
constexpr unsigned kMaxTable = 2048;
constexpr unsigned kGroups = kMaxTable / RTE_ETH_RETA_GROUP_SIZE;

bool key_and_types_hold(std::uint16_t port, const RssPlan& plan) noexcept {
  std::uint8_t key[kMaxRssKey] = {};
  rte_eth_rss_conf conf{};
  conf.rss_key = key;
  conf.rss_key_len = static_cast<std::uint8_t>(plan.key_size);
  if (rte_eth_dev_rss_hash_conf_get(port, &conf) != 0) return false;
  return conf.rss_hf == plan.types && std::memcmp(key, plan.key, plan.key_size) == 0;
}

bool table_holds(std::uint16_t port, unsigned size, unsigned queues) noexcept {
  rte_eth_rss_reta_entry64 table[kGroups] = {};
  for (auto& group : table) group.mask = ~std::uint64_t{0};
  if (rte_eth_dev_rss_reta_query(port, table, static_cast<std::uint16_t>(size)) != 0) return false;
  for (unsigned i = 0; i < size; ++i) {
    const unsigned queue = table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
    if (queue != i % engine::kOwnerSlots % queues) return false;
  }
  return true;
}

}  // namespace

RssPlan plan_rss(const rte_eth_dev_info& device) noexcept {
  RssPlan plan;
  plan.types = device.flow_type_rss_offloads & kTypes;
  plan.key_size = device.hash_key_size == 0 ? 40 : device.hash_key_size;
  if (plan.key_size > kMaxRssKey) plan.types = 0;
  for (unsigned i = 0; i < kMaxRssKey; ++i) plan.key[i] = i % 2 == 0 ? 0x6d : 0x5a;  // repeats every 16 bits: symmetric
  return plan;
}

void fill(rte_eth_rss_conf& conf, RssPlan& plan) noexcept {
  conf.rss_key = plan.key;
  conf.rss_key_len = static_cast<std::uint8_t>(plan.key_size);
  conf.rss_hf = plan.types;
}

bool set_spread(std::uint16_t port, const rte_eth_dev_info& device, const RssPlan& plan, unsigned queues) noexcept {
  const unsigned size = device.reta_size;
  if (plan.types == 0 || size == 0 || size > kMaxTable) return false;
  rte_eth_rss_reta_entry64 table[kGroups] = {};
  for (unsigned i = 0; i < size; ++i) {
    auto& group = table[i / RTE_ETH_RETA_GROUP_SIZE];
    group.mask |= std::uint64_t{1} << i % RTE_ETH_RETA_GROUP_SIZE;
    group.reta[i % RTE_ETH_RETA_GROUP_SIZE] = static_cast<std::uint16_t>(i % engine::kOwnerSlots % queues);
  }
  if (rte_eth_dev_rss_reta_update(port, table, static_cast<std::uint16_t>(size)) != 0) return false;
  if (!table_holds(port, size, queues)) return false;
  if (key_and_types_hold(port, plan)) return true;
  RssPlan again = plan;  // some devices take them only once they run
  rte_eth_rss_conf conf{};
  fill(conf, again);
  return rte_eth_dev_rss_hash_update(port, &conf) == 0 && key_and_types_hold(port, plan);
}

}  // namespace pellucid::dpdk
