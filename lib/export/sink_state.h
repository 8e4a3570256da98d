// SinkState: how one sink of the daemon is, for status and metrics. A value; whoever asked owns it.
#pragma once
#include "lib/export/outlet.h"

namespace pellucid::exporter {

struct SinkState {
  std::string name;
  std::string_view type;  // file, stdout, socket
  std::string where;
  OutletCounts counts;
  std::optional<Loss> trouble;     // now; none: it is up
  std::string failure;             // the last one, also after it has passed: one line
  std::uint64_t failures = 0;      // how often it fell into trouble
  std::uint64_t rotations = 0;     // of files
  std::uint64_t mended_lines = 0;  // torn by a crash, cut off at the start
};

}  // namespace pellucid::exporter
