// What the verbs `grant` and `authority` ask of the daemon. Called once by main.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

void add_grant_live(CLI::App& grant, const Globals& globals, int& exit_code);
void add_authority_live(CLI::App& authority, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
