// Prove: the verb that shows by the audit log that a `decrypt` record is as it was written. Main's thread.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

struct ProveFlags {
  std::string file;  // of records; "-": standard input
  std::string log;   // empty: the daemon's
  std::string key;
};

int prove(const Globals& globals, const ProveFlags& flags);

}  // namespace pellucid::app
