// Handlers of the control API about long-term keys, for the table in routes.cc. They run on the control server's threads, one
// at a time.
#pragma once
#include "app/daemon/routes.h"

namespace pellucid::app {

engine::Reply list_keys(Ask& ask);
engine::Reply import_keys(Ask& ask);
engine::Reply zeroise_keys(Ask& ask);
engine::Reply zeroise_key(Ask& ask);

}  // namespace pellucid::app
