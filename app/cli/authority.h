// The verb `authority`: whose signatures count. Called once by main.
#pragma once
#include "app/authority.h"
#include "app/cli/globals.h"

namespace pellucid::app {

void add_authority(CLI::App& app, const Globals& globals, int& exit_code);

// A set that a file pins: one that its own quorum signed. Throws a Failure.
OpenedSet pinned_set(const std::string& file, std::int64_t now_s);
OpenedSet opened_set(const std::string& file, std::int64_t now_s);  // … whoever signed it
std::string read_signed_file(const std::string& file, const char* what);

}  // namespace pellucid::app
