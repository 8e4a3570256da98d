// The verb `run`: replays a capture. Called once by main.
#pragma once
#include <CLI/CLI.hpp>

namespace pellucid::app {

void add_run(CLI::App& app, int& exit_code);

}  // namespace pellucid::app
