// PolicyGuard: the `protect` of a policy, as the keeper asks for it. Whoever calls the keeper says which policy is in force.
#pragma once
#include <memory>

#include "lib/keeper/guard.h"
#include "lib/policy/program.h"

namespace pellucid::app {

class PolicyGuard final : public keeper::Guard {
 public:
  explicit PolicyGuard(const classify::Names* names) : names_(names) {}

  void judge_by(const policy::Program* program) noexcept { program_ = program; }  // null: there is none
  void protections(const keys::Session& session, std::string_view name, std::vector<std::string>& out) override;

 private:
  const classify::Names* names_;
  const policy::Program* program_ = nullptr;
  std::unique_ptr<policy::Desk> desk_ = std::make_unique<policy::Desk>();
};

}  // namespace pellucid::app
