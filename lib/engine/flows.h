// Flows: how a flow begins, counts its packets, and ends. Functions over one worker's State, called by its thread in packet
// order.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

// The flow of a row, found or begun; one that has been idle too long, or whose TCP connection is over, ends first. kNone: the
// table is full and no flow may be evicted for it.
std::uint32_t find_or_begin(State& s, const net::Row& row, const net::Key& key) noexcept;
Dir account(State& s, std::uint32_t flow,
            const net::Row& row) noexcept;                          // counters, times, TCP state; gives the row's direction
void after(State& s, std::uint32_t flow) noexcept;                  // what is due once the packet has been read
std::uint32_t on_timer(State& s, std::uint32_t flow) noexcept;      // the next due tick, or 0: the flow has ended
flow::End end_reason(const State& s, std::uint32_t flow) noexcept;  // why it would end if it ended now
void end_flow(State& s, std::uint32_t flow,
              flow::End reason) noexcept;                        // last words to readers, the record, all memory given back
void prefetch_end(const State& s, std::uint32_t flow) noexcept;  // asks for the lines that end_flow will read first
void publish(State& s) noexcept;                                 // gauges and the tables' own counts, once a turn

}  // namespace pellucid::engine
