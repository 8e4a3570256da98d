// Who a caller is to the control API: the roles that groups or certificate names give. Made from the configuration; immutable.
#pragma once
#include <map>

#include "lib/engine/verbs.h"

namespace pellucid::app {

struct RoleTable {
  std::multimap<std::string, engine::Role> groups;  // of callers by the Unix socket
  std::multimap<std::string, engine::Role> names;   // of callers by TLS, as their certificates say
  static RoleTable standard();                      // groups pellucid-view … pellucid-audit, no certificate
  engine::Roles of(const engine::Caller& caller) const noexcept;
};

}  // namespace pellucid::app
