#include "drivers/io/dpdk/source.h"

#include <algorithm>
#include <cstring>

#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "drivers/io/dpdk/port.h"

namespace pellucid::dpdk {

Queue queue_of(const Port& port, unsigned queue, unsigned iface) noexcept {
  return {port.id(), static_cast<std::uint16_t>(queue), static_cast<std::uint16_t>(iface), port.stamps(), port.stamp_offset()};
}

DpdkSource::DpdkSource(std::vector<Queue> queues) : queues_(std::move(queues)), joined_(std::size_t{kMaxJumbo} * net::kBurst) {}

DpdkSource::~DpdkSource() { give_back(); }

void DpdkSource::give_back() noexcept {
  if (held_ != 0) rte_pktmbuf_free_bulk(mbuf_, held_);
  held_ = 0;
}

bool DpdkSource::pull(net::Burst& burst) noexcept {
  give_back();
  burst.n = 0;
  for (std::size_t tried = 0; tried < queues_.size(); ++tried) {
    const Queue& queue = queues_[next_];
    next_ = next_ + 1 == queues_.size() ? 0 : next_ + 1;
    held_ = rte_eth_rx_burst(queue.port, queue.queue, mbuf_, net::kBurst);
    if (held_ == 0) continue;
    for (unsigned i = 0; i < held_; ++i) rte_prefetch0(rte_pktmbuf_mtod(mbuf_[i], void*));
    const std::uint64_t now_ns = clock_.now();
    for (unsigned i = 0; i < held_; ++i) fill(burst.row[i], i, queue, now_ns);
    burst.n = held_;
    break;
  }
  return true;
}

void DpdkSource::fill(net::Row& row, unsigned i, const Queue& queue, std::uint64_t now_ns) noexcept {
  rte_mbuf* m = mbuf_[i];
  // A tag that the device took out belongs to the frame again; where there is no room for it the frame goes on without.
  if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 && rte_vlan_insert(&mbuf_[i]) == 0) m = mbuf_[i];
  row.ts_ns = now_ns;
  if (queue.stamps != nullptr && queue.stamps->ready()) {
    row.ts_ns = queue.stamps->to_ns(*RTE_MBUF_DYNFIELD(m, queue.stamp_offset, rte_mbuf_timestamp_t*));
  }
  row.wire_len = m->pkt_len;
  row.iface = queue.iface;
  row.frames = 1;
  row.link = net::Link::ethernet;
  row.flags = 0;
  if (m->nb_segs == 1) [[likely]] {
    row.frame = rte_pktmbuf_mtod(m, const std::uint8_t*);
    row.len = m->data_len;
    return;
  }
  // What is there counts, not what is announced: of frames beyond 64 KiB net_pcap brings less than it says.
  std::uint8_t* room = joined_.at + std::size_t{kMaxJumbo} * i;
  std::uint32_t have = 0;
  for (const rte_mbuf* part = m; part != nullptr && have < kMaxJumbo; part = part->next) {
    const std::uint32_t n = std::min<std::uint32_t>(part->data_len, kMaxJumbo - have);
    std::memcpy(room + have, rte_pktmbuf_mtod(part, const void*), n);
    have += n;
  }
  row.frame = room;
  row.len = have;
  if (have < m->pkt_len) row.flags = net::kRowShort;
}

}  // namespace pellucid::dpdk
