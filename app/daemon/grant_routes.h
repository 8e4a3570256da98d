// Handlers of the control API about authority sets and grants, for the table in routes.cc. They run on the control server's
// threads, one at a time.
#pragma once
#include "app/daemon/routes.h"

namespace pellucid::app {

engine::Reply show_authorities(Ask& ask);
engine::Reply import_authorities(Ask& ask);
engine::Reply list_grants(Ask& ask);
engine::Reply show_grant(Ask& ask);
engine::Reply import_grant(Ask& ask);
engine::Reply revoke_grant(Ask& ask);

}  // namespace pellucid::app
