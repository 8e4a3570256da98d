// The verb `policy`: what can be done with policy files without a daemon. Called once by main.
#pragma once
#include <CLI/CLI.hpp>

namespace pellucid::app {

void add_policy(CLI::App& app, int& exit_code);

}  // namespace pellucid::app
