// The verb `grant`: what signed files allow to be opened. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_grant(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
