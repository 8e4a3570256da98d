#include "app/daemon/roles.h"

namespace pellucid::app {

using engine::Caller;
using engine::Role;
using engine::Roles;

RoleTable RoleTable::standard() {
  RoleTable table;
  for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
    table.groups.emplace("pellucid-" + std::string(engine::kRoleLabels[i]), static_cast<Role>(i));
  }
  return table;
}

Roles RoleTable::of(const Caller& caller) const noexcept {
  Roles roles;
  const auto& table = caller.way == Caller::Way::local ? groups : names;
  if (caller.way == Caller::Way::anyone) return roles;
  for (const std::string& proof : caller.proof) {
    const auto [from, to] = table.equal_range(proof);
    for (auto at = from; at != to; ++at) roles.add(at->second);
  }
  // Root could put itself into any group; but grants and keys are never its by default, so that whoever administers the machine
  // does not decide alone what is decrypted.
  if (caller.way == Caller::Way::local && caller.uid == 0) {
    roles.add(Role::view);
    roles.add(Role::operate);
    roles.add(Role::audit);
  }
  return roles;
}

}  // namespace pellucid::app
