// read_file: a whole file that an operator named, no longer than it may be. Any thread.
#pragma once
#include <optional>
#include <string>

namespace pellucid::app {

struct Wanted {
  std::size_t most;  // octets
  const char* what;  // "a policy file": what to give instead
};
// Empty optional: `problem` says why in one line.
std::optional<std::string> read_file(const std::string& file, const Wanted& wanted, std::string& problem);
std::string own_binary();  // the program that runs, for its digest; empty: it cannot be read

}  // namespace pellucid::app
