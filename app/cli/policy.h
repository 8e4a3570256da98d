// The verb `policy`: what can be done with policy files without a daemon. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

CLI::App& add_policy(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
