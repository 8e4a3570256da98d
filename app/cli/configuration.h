// The verb `config`: whether a configuration is right, which one runs, and what may stand in it. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_config(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
