#include "app/daemon/maker.h"

namespace pellucid::app {

std::unique_ptr<PolicyMaker::Program> CompiledPolicies::compile(std::string_view text, std::string_view file,
                                                                std::uint64_t generation, std::string& problem) {
  auto made = std::make_unique<Compiled>();
  made->policy = compile_policy(text, file, context_, generation);
  if (made->policy.program != nullptr) return made;
  problem = made->policy.problem;
  return nullptr;
}

std::vector<PolicyChange> CompiledPolicies::compare(const Program& before, const Program& after) {
  std::vector<PolicyChange> out;
  const auto rules = [](const Program& p) -> const policy::Rules& { return static_cast<const Compiled&>(p).policy.rules; };
  for (const policy::Difference& d : policy::diff(rules(before), rules(after), context_.applications)) {
    out.push_back({std::string(policy::kChangeLabels[static_cast<std::size_t>(d.change)]), d.where, d.before, d.after, say(d)});
  }
  return out;
}

}  // namespace pellucid::app
