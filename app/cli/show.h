// The verbs `status`, `show`, `metrics` and `config show`: what the daemon sees and how it fares. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_status(CLI::App& app, const Globals& globals, int& exit_code);
void add_show(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
