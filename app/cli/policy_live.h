// The verbs of `policy` that ask the daemon: diff, apply, confirm, rollback, history, show. Called once by main, after those
// that need none were added.
#pragma once
#include "app/cli/globals.h"

namespace pellucid::app {

// What `policy diff FILE` without --against does.
int diff_live(const Globals& globals, const std::string& file);
void add_policy_live(CLI::App& policy, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
