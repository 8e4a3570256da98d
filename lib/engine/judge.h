// Judge: what policy says of a flow: asked when it begins, when its name, protocol or application becomes known, and at its
// next packet under a new policy. Functions over one worker's State; without a policy they do nothing.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

inline policy::Level level_of(const flow::Hot& h) noexcept {  // what its records may say
  return static_cast<policy::Level>(flow::field(h.flags, flow::kFlowLevelShift, flow::kFlowLevelBits));
}

void begin_judging(State& s, std::uint32_t flow) noexcept;  // its first verdict; no reader has begun
// After more became known. Never drops a reader, which may be the caller: see obey().
void judge(State& s, std::uint32_t flow) noexcept;
// Nothing more will become known. A verdict under an older policy stays as it is.
void judge_last(State& s, std::uint32_t flow) noexcept;
// The flow's verdict is of another policy than the one in force.
void judge_anew(State& s, std::uint32_t flow) noexcept;

// A reader has found its protocol and, if it is not empty, the name that the flow is for.
void learn_name(State& s, std::uint32_t flow, flow::Content content, std::string_view name) noexcept;
void learn_nothing(State& s, std::uint32_t flow) noexcept;  // the first payloads are of no protocol of ours
void unlearn_name(State& s, std::uint32_t flow) noexcept;   // it was an outer name, which says nothing
void forget(State& s, std::uint32_t flow) noexcept;         // the flow ends: gives back what was kept for judging

// Nothing of it was opened though policy asked for it: it is shown as if policy had asked for no more than its application.
void degrade(State& s, std::uint32_t flow) noexcept;
// A protected flow is opened, since a grant lifts that.
void lift(State& s, std::uint32_t flow) noexcept;

// Were the flow's name not known: the rule that wants its handshake opened for it; policy::kNoRule: none.
std::uint16_t rule_to_peek(State& s, std::uint32_t flow) noexcept;
// What it would be shown at under another policy, as far as is known of it now.
policy::Level level_under(State& s, std::uint32_t flow, const policy::Program& program) noexcept;
// Of the policy that it was judged by; 0: of none.
std::uint32_t generation_of(const State& s, const flow::Hot& h) noexcept;
std::string_view name_of(const State& s, std::uint32_t flow) noexcept;  // the end of it, where it is long; empty: not known

}  // namespace pellucid::engine
