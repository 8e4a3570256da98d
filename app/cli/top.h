// The verb `top`: a live view of rates, workers and applications on a terminal. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_top(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
