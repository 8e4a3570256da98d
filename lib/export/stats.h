// Stats: the record that says what the daemon has counted since its start, in EVE's words where it has one. Made on a control
// thread out of figures that belong together; a plain function, any thread.
#pragma once
#include <string>

#include "lib/metrics/daemon.h"

namespace pellucid::exporter {

struct StatsHead {
  std::uint64_t ts_ns = 0;  // since 1970
  std::uint64_t uptime_s = 0;
  std::string_view host;  // empty: none is told
};

// Appends one line, its end included.
void write_stats(std::string& out, const StatsHead& head, const metrics::Daemon& figures);

}  // namespace pellucid::exporter
