// The verb `key`: the daemon's long-term private keys. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_key(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
