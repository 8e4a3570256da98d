// Machine: what of this computer decides how well the appliance runs, looked at without changing anything: each finding with
// the command that mends it. Main's thread.
#pragma once
#include <string>
#include <vector>

namespace pellucid::app {

struct Finding {
  enum class State { ok, warn, fail } state;
  std::string area;
  std::string text;
  std::string remedy;  // a command; empty where nothing is to be done
};

struct Look {
  std::string root;     // where /proc and /sys are found: empty for this machine, else a copy
  std::string records;  // folder that records are written to
};

std::vector<Finding> examine(const Look& look);

}  // namespace pellucid::app
