#include "lib/engine/flows.h"

#include "lib/engine/inspect.h"
#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"
#include "lib/net/parse.h"

namespace pellucid::engine {

namespace {

using flow::kTcpAck, flow::kTcpSyn;

bool swapped(const net::Row& row) noexcept { return (row.flags & net::kRowSwapped) != 0; }

std::uint16_t plain_l3(net::Link link) noexcept {
  switch (link) {
    case net::Link::ethernet:
      return 14;
    case net::Link::null:
    case net::Link::loop:
      return 4;
    case net::Link::sll:
      return 16;
    case net::Link::sll2:
      return 20;
    default:
      return 0;
  }
}

void turn_round(net::Layers& layers) noexcept {
  for (unsigned i = 0; i < layers.outers; ++i) {
    net::Outer& outer = layers.outer[i];
    for (unsigned k = 0; k < sizeof outer.src; ++k) std::swap(outer.src[k], outer.dst[k]);
    std::swap(outer.sport, outer.dport);
  }
}

// Tags and tunnels are read a second time, for the few flows that have any, so that no packet carries them along. Records show
// tunnels from the flow's source on, whoever sent the first packet.
std::uint32_t keep_layers(State& s, const flow::Hot& h, const net::Row& row) noexcept {
  if (row.l3 <= plain_l3(row.link)) return kNone;
  const std::uint32_t at = s.layers.claim();
  if (at == kNone) return kNone;
  net::Row again = row;
  again.flags &= net::kRowReassembled | net::kRowShort;
  net::Key key;
  s.layers[at] = net::Layers{};
  net::read_headers(again, key, net::ParseOptions{}, &s.layers[at]);
  if (swapped(row) != ((h.flags & flow::kFlowSwapped) != 0)) turn_round(s.layers[at]);
  return at;
}

// The source is the SYN's sender; without a SYN the first packet's sender, which for TCP is a guess.
std::uint16_t first_flags(const net::Row& row) noexcept {
  const bool from_b = swapped(row);
  if (row.proto != net::kProtoTcp) return from_b ? flow::kFlowSwapped : 0;
  const std::uint8_t opening = row.tcp_flags & (kTcpSyn | kTcpAck);
  if (opening == kTcpSyn) return from_b ? flow::kFlowSwapped : 0;
  if (opening == (kTcpSyn | kTcpAck))
    return static_cast<std::uint16_t>(flow::kFlowMidstream | (from_b ? 0 : flow::kFlowSwapped));
  return static_cast<std::uint16_t>(flow::kFlowMidstream | flow::kFlowAssumed | (from_b ? flow::kFlowSwapped : 0));
}

std::uint32_t claim(State& s, const net::Row& row, const net::Key& key) noexcept {
  const std::uint32_t flow = s.table.claim(key, row.hash);
  if (flow != kNone) return flow;
  const std::uint32_t victim = s.table.victim(row.hash, s.burst_tick);
  if (victim == kNone) return kNone;
  end_flow(s, victim, flow::End::evicted);
  return s.table.claim(key, row.hash);
}

std::uint32_t make_flow(State& s, const net::Row& row, const net::Key& key) noexcept {
  const std::uint32_t flow = claim(s, row, key);
  if (flow == kNone) return kNone;
  flow::Hot& h = s.table.hot(flow);
  flow::Cold& c = s.table.cold(flow);
  const bool followed = row.proto == net::kProtoTcp || row.proto == net::kProtoUdp;
  h.flags = first_flags(row);
  if (s.dpi == nullptr || !followed) h.flags |= flow::kFlowDecided;
  h.reader = followed ? flow::Reader::unknown : flow::Reader::none;
  h.last_tick = row.tick;
  h.update_tick = row.tick + s.options.update_ticks;
  c.first_ns = row.ts_ns;
  c.flow_id = net::flow_id(s.options.flow_hash, s.options.secret, key, row.ts_ns);
  c.layers = keep_layers(s, h, row);
  c.iface = row.iface;
  c.icmp_type = row.icmp_type;
  c.icmp_code = row.icmp_code;
  s.counters.flows_created.inc();
  begin_judging(s, flow);
  return flow;
}

void count_end(State& s, flow::End reason) noexcept {
  s.counters.flows_ended.at(reason).inc();
  if (reason == flow::End::evicted) s.counters.flows_evicted.inc();
}

}  // namespace

std::uint32_t begin_flow(State& s, std::uint32_t before, const net::Row& row, const net::Key& key) noexcept {
  if (before != kNone) end_flow(s, before, end_reason(s, before));
  const std::uint32_t flow = make_flow(s, row, key);
  if (flow != kNone) s.age.set(flow, row.tick + flow::timeout_of(s.table.hot(flow), s.options.timeouts) + 1);
  return flow;
}

namespace {

// The two directions may come by different queues, and the answer to a SYN before the SYN: that flow was not joined midway.
bool opens_late(const flow::Hot& h, Dir dir, std::uint8_t flags) noexcept {
  return (flags & (kTcpSyn | kTcpAck)) == kTcpSyn && dir == Dir::up && h.tcp == flow::TcpState::opening &&
         (h.flags & (flow::kFlowMidstream | flow::kFlowAssumed)) == flow::kFlowMidstream;
}

}  // namespace

void advance_tcp(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (opens_late(h, dir, row.tcp_flags)) h.flags &= static_cast<std::uint16_t>(~flow::kFlowMidstream);
  const flow::TcpState before = h.tcp;
  h.tcp = flow::advance(h, dir, row.tcp_flags);
  if ((row.tcp_flags & kTcpSyn) != 0) note_opening(s, flow, dir, row);
  if (h.tcp == flow::TcpState::closed && before != h.tcp) s.age.set(flow, row.tick + s.options.timeouts.tcp_closed + 1);
}

void report_update(State& s, std::uint32_t flow) noexcept {
  s.table.hot(flow).update_tick = s.now + s.options.update_ticks;
  report_flow(s, flow, exporter::Kind::flow_update, flow::End::timeout);
}

std::uint32_t on_timer(State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (timed_out(s, h)) {
    end_flow(s, flow, end_reason(s, flow));
    return 0;
  }
  const flow::Cold& c = s.table.cold(flow);
  if (awaits_tls(s, h) && tls_waited(s, c)) hurry_tls(s, flow);
  std::uint32_t due = h.last_tick + flow::timeout_of(h, s.options.timeouts) + 1;
  if (awaits_tls(s, h)) due = std::min(due, c.hello_tick + s.options.tls_wait_ticks + 1);
  return due == 0 ? 1 : due;  // 0 would say that the flow is gone
}

flow::End end_reason(const State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (h.tcp == flow::TcpState::closed) return flow::End::closed;
  return timed_out(s, h) ? flow::End::timeout : flow::End::shutdown;
}

void end_flow(State& s, std::uint32_t flow, flow::End reason) noexcept {
  if (s.job_count != 0) settle_labels(s);  // a queued job may be this flow's
  finish_reading(s, flow);
  last_label(s, flow);
  judge_last(s, flow);
  flow::Hot& h = s.table.hot(flow);
  if (h.packets[0] == 0 || h.packets[1] == 0) h.flags |= flow::kFlowOneSided;
  report_flow(s, flow, exporter::Kind::flow, reason);
  const bool told = level_of(h) >= policy::Level::classify || s.program == nullptr;  // metrics tell no more than records
  s.counters.flows_classified.at(classify::category_slot(told ? s.table.cold(flow).category : 0)).inc();
  if (s.table.cold(flow).layers != kNone) s.layers.drop(s.table.cold(flow).layers);
  forget(s, flow);
  --s.flows_at[static_cast<std::size_t>(level_of(h))];
  s.age.remove(flow);
  s.table.drop(flow);
  count_end(s, reason);
}

void prefetch_end(const State& s, std::uint32_t flow) noexcept {
  s.table.prefetch_lines(flow);
  s.table.prefetch_cold(flow);
}

void publish(State& s) noexcept {
  metrics::WorkerCounters& c = s.counters;
  c.flows.set(s.table.live());
  c.flow_capacity.set(s.table.capacity());
  for (unsigned l = 0; l < std::size(s.flows_at); ++l) c.flows_at_level.at(static_cast<policy::Level>(l)).set(s.flows_at[l]);
  const flow::StreamStats& streams = s.streams.stats();
  c.stream_in_order.set(streams.in_order);
  c.stream_out_of_order.set(streams.out_of_order);
  c.stream_retransmitted.set(streams.retransmitted);
  c.stream_gaps.set(streams.gaps);
  c.stream_refused.set(streams.refused + streams.far);
  c.payload_bytes.set(s.payload);
  for (unsigned i = 0; i < metrics::kCoverages; ++i) c.coverage.at(i).set(s.coverage[i]);
  c.coverage_pending.set(s.coverage[metrics::kCoverages]);
  if (s.dpi == nullptr) return;
  const classify::DpiStats dpi = s.dpi->stats();
  c.dpi_packets.set(dpi.packets);
  c.dpi_flows.set(dpi.flows);
  c.dpi_ended.at(metrics::DpiEnd::decided).set(dpi.decided);
  c.dpi_ended.at(metrics::DpiEnd::gave_up).set(dpi.gave_up);
  c.dpi_ended.at(metrics::DpiEnd::dropped).set(dpi.dropped);
  c.dpi_live.set(dpi.live);
  c.dpi_pool_full.set(dpi.pool_full);
  c.dpi_arena_full.set(dpi.arena_full);
  c.dpi_arena_bytes.set(dpi.arena_bytes);
}

}  // namespace pellucid::engine
