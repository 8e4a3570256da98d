// Routes: the table of the control API: what can be asked, by whom, and what answers. Constant; handlers run on the control
// server's threads, one at a time.
#pragma once
#include <span>

#include "app/audit_log.h"
#include "app/daemon/grants.h"
#include "app/daemon/key_desk.h"
#include "app/daemon/views.h"
#include "lib/engine/verbs.h"

namespace pellucid::app {

inline constexpr unsigned kMaxFlowRows = 10'000;  // of one answer

struct Refusal {  // thrown by handlers
  int status;
  std::string code;
  std::string reason;
  std::string remedy;
  Json more = Json::object();  // further fields of `error`
};

struct Ask {
  Desk& desk;
  Policies& policies;
  Grants& grants;
  KeyDesk& keys;
  AuditLog& audit;
  const engine::Request& request;
  engine::Roles roles;
  std::string item;  // what stood for {…} in the path
};

struct Route {
  const char* method;
  const char* path;   // its last part may be {…}
  engine::Roles who;  // any of them; nobody: whoever has a role at all
  const char* query;  // names of parameters, with spaces between
  const char* about;
  engine::Reply (*handle)(Ask& ask);
};

std::span<const Route> routes();
engine::Reply reply_of(const Json& fields);      // with `schema` before them
engine::Reply reply_of(const Refusal& refusal);  // as an error

}  // namespace pellucid::app
