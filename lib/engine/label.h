// Label: how a flow gets its application: from our readers at once, from the names they read, or from DPI in one call a burst.
// Functions over one worker's State.
#pragma once
#include <string_view>

#include "lib/engine/state.h"

namespace pellucid::engine {

void set_label(State& s, std::uint32_t flow, const classify::Label& label) noexcept;  // final; DPI is not asked again
void name_flow(State& s, std::uint32_t flow, std::uint16_t master, std::string_view name) noexcept;
void drop_dpi(State& s, std::uint32_t flow) noexcept;  // policy wants no inspection (any more)
// As much of its label as its level allows: below metadata nothing, below classify what our readers found by themselves.
classify::Label shown_label(const State& s, std::uint32_t flow) noexcept;
void ask_dpi(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept;  // queues a job for the end of the burst
void settle_labels(State& s) noexcept;                                              // runs the queued jobs
void last_label(State& s, std::uint32_t flow) noexcept;                             // the flow ends: the best guess, if any

}  // namespace pellucid::engine
