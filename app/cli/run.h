// The verb `run`: replays a capture. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_run(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
