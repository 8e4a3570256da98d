// text_of: the metrics of a daemon in Prometheus' text format, written by prometheus-cpp. Any thread that may read the daemon.
#pragma once
#include <string>

#include "lib/metrics/daemon.h"

namespace pellucid::prometheus_text {

std::string text_of(const metrics::Daemon& daemon);

}  // namespace pellucid::prometheus_text
