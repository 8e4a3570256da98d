// Audit: the verbs around the audit log: verify, tail, export, show. Main's thread.
#pragma once
#include <CLI/CLI.hpp>

#include "app/cli/globals.h"

namespace pellucid::app {

void add_audit(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace pellucid::app
