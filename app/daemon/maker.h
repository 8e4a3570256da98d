// CompiledPolicies: how texts become programs and are compared; who publishes them and counts what they change is for the world
// that derives from it. Used by Policies, under its mutex.
#pragma once
#include "app/daemon/policies.h"
#include "app/policy.h"

namespace pellucid::app {

class CompiledPolicies : public PolicyMaker {
 public:
  struct Compiled final : Program {
    CompiledPolicy policy;  // its program is there
  };

  explicit CompiledPolicies(const policy::Context& context) : context_(context) {}

  std::unique_ptr<Program> compile(std::string_view text, std::string_view file, std::uint64_t generation,
                                   std::string& problem) override;
  std::vector<PolicyChange> compare(const Program& before, const Program& after) override;

 protected:
  static const policy::Program& program_of(const Program& program) noexcept {
    return *static_cast<const Compiled&>(program).policy.program;
  }

 private:
  policy::Context context_;
};

}  // namespace pellucid::app
