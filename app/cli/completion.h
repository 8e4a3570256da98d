// The verb `completion`: prints a shell's completion script, made from the command line's own description. Called once by main.
#pragma once
#include <CLI/CLI.hpp>

namespace pellucid::app {

void add_completion(CLI::App& app);

}  // namespace pellucid::app
