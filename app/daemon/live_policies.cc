#include "app/daemon/live_policies.h"

namespace pellucid::app {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(1);  // with readers; who hangs takes the policy when it goes on

}  // namespace

LivePolicies::LivePolicies(Parts& parts) : CompiledPolicies({&parts.names, &parts.interfaces}), p_(parts) {}

Impact LivePolicies::impact(const Program& program) {
  // The workers judge by it for as long as they answer; Policies keeps it for as long as this call.
  const auto candidate = std::make_shared<const policy::Program>(program_of(program));
  Impact impact;
  const auto see = [&impact](unsigned, const engine::Census::Answer& answer) {
    impact.flows += answer.flows;
    impact.changed += answer.changed;
  };
  const std::lock_guard one(p_.census);
  impact.silent_workers = ask_workers(
      *p_.lanes, [&](engine::Census& census) { return census.ask_impact(candidate); }, see);
  return impact;
}

Published LivePolicies::publish(std::shared_ptr<const Program> program) {
  const auto start = Clock::now();
  const std::shared_ptr<const policy::Program> judge(program, &program_of(*program));
  Published done{.readers = p_.policies.readers(), .live_on = 0, .us = 0};
  if (!p_.policies.publish(judge)) return done;
  for (;;) {
    done.live_on = p_.policies.live_on();
    if (done.live_on == done.readers || Clock::now() - start > kPatience) break;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start);
  p_.policy_swap_ns.add(static_cast<std::uint64_t>(took.count()));
  done.us = static_cast<std::uint64_t>(took.count()) / 1000;
  p_.policies.reclaim();
  return done;
}

}  // namespace pellucid::app
