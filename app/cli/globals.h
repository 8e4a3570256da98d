// Globals: options that every verb understands, before or after it. Filled by the parser before any verb runs; main's thread.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace pellucid::app {

struct Globals {
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  std::string connect = "unix:/run/pellucid/ctl.sock";
  std::string cert;
  std::string key;
  std::string ca;
  unsigned timeout_s = 10;
};

void add_globals(CLI::App& app, Globals& globals);

}  // namespace pellucid::app
