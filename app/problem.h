// Problem: a line as our readers of files write it, FILE:LINE:COLUMN: reason; remedy, taken apart for those who answer in JSON.
#pragma once
#include <string>
#include <string_view>

namespace pellucid::app {

struct Problem {
  std::string file;   // empty: the line names none
  unsigned line = 0;  // 0: it names none
  unsigned column = 0;
  std::string reason;
  std::string remedy;
};

Problem split_problem(std::string_view text);

}  // namespace pellucid::app
