// The verb `doctor`: whether this machine is ready for the daemon, and what to do where it is not. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_doctor(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
