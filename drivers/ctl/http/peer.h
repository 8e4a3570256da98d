// Who is at the other end of a Unix socket, as the kernel vouches for it. Any thread.
#pragma once
#include "lib/engine/verbs.h"

namespace pellucid::ctl {

engine::Caller local_peer(int fd);

}  // namespace pellucid::ctl
