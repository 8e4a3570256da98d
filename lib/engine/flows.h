// Flows: how a flow begins, counts its packets, and ends. Functions over one worker's State, called by its thread in packet
// order. What nearly every packet passes stands here, to be one straight line within the turn; the rest is in flows.cc.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

inline bool timed_out(const State& s, const flow::Hot& h) noexcept {
  const auto gone = static_cast<std::int32_t>(s.now - h.last_tick);  // a packet before the last one is no silence
  return gone > 0 && static_cast<std::uint32_t>(gone) > flow::timeout_of(h, s.options.timeouts);
}

// A new flow for a row; the one that its key has had so far (kNone: none) ends first. kNone: the table is full, and no flow
// may be evicted for it.
std::uint32_t begin_flow(State& s, std::uint32_t before, const net::Row& row, const net::Key& key) noexcept;

// The flow of a row, found or begun; one that has been idle too long, or whose TCP connection is over, ends first.
inline std::uint32_t find_or_begin(State& s, const net::Row& row, const net::Key& key) noexcept {
  const std::uint32_t flow = s.table.find(key, row.hash, row.flow);
  if (flow == kNone) return begin_flow(s, flow, row, key);
  const flow::Hot& h = s.table.hot(flow);
  const bool anew = (row.tcp_flags & flow::kTcpSyn) != 0 && flow::begins_anew(h, row.tcp_flags);
  return anew || timed_out(s, h) ? begin_flow(s, flow, row, key) : flow;
}

void advance_tcp(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept;

// Counters, times, TCP state; gives the row's direction.
inline Dir account(State& s, std::uint32_t flow, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const bool from_b = (row.flags & net::kRowSwapped) != 0;
  const Dir dir = from_b == ((h.flags & flow::kFlowSwapped) != 0) ? Dir::up : Dir::down;
  const unsigned d = index(dir);
  h.packets[d] += row.frames;
  h.bytes[d] += row.wire_len;
  h.last_tick = row.tick;
  h.last_ns = row.ts_ns;
  h.tcp_flags[d] |= row.tcp_flags;
  if (row.proto == net::kProtoTcp && flow::may_advance(h, row.tcp_flags)) advance_tcp(s, flow, dir, row);
  return dir;
}

void report_update(State& s, std::uint32_t flow) noexcept;

// What is due once the packet has been read.
inline void after(State& s, std::uint32_t flow) noexcept {
  if (s.options.update_ticks == 0) return;
  if (static_cast<std::int32_t>(s.now - s.table.hot(flow).update_tick) >= 0) report_update(s, flow);
}

std::uint32_t on_timer(State& s, std::uint32_t flow) noexcept;      // the next due tick, or 0: the flow has ended
flow::End end_reason(const State& s, std::uint32_t flow) noexcept;  // why it would end if it ended now
// Last words to readers, the record, all memory given back.
void end_flow(State& s, std::uint32_t flow, flow::End reason) noexcept;
void prefetch_end(const State& s, std::uint32_t flow) noexcept;  // asks for the lines that end_flow will read first
void publish(State& s) noexcept;                                 // gauges and the tables' own counts, once a turn

}  // namespace pellucid::engine
