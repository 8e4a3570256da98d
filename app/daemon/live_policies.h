// LivePolicies: gives compiled policies to the workers and the exporter of the running daemon, and asks workers how many flows
// a policy would change. Used by Policies, under its mutex.
#pragma once
#include "app/daemon/maker.h"
#include "app/daemon/parts.h"

namespace pellucid::app {

class LivePolicies final : public CompiledPolicies {
 public:
  explicit LivePolicies(Parts& parts);

  Impact impact(const Program& program) override;
  Published publish(std::shared_ptr<const Program> program) override;

 private:
  Parts& p_;
};

}  // namespace pellucid::app
