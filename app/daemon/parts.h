// Parts: what World owns, in the order of birth; ended in reverse. Control threads reach it through WorldDesk.
#pragma once
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "app/daemon/config.h"
#include "app/daemon/lanes.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/x509.h"
#include "drivers/dpi/ndpi/names.h"
#include "drivers/out/sinks/writer.h"
#include "lib/engine/exporter.h"
#include "lib/export/fanout.h"
#include "lib/metrics/published.h"

namespace pellucid::app {

struct Parts {
  explicit Parts(const Config& c) : config(c) {}

  const Config config;
  std::uint64_t started_ns = 0;  // wall clock
  std::unique_ptr<dpdk::Eal> eal;
  Lanes::Ports ports;
  std::unique_ptr<Lanes> lanes;
  dpi::NdpiNames names;
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  std::vector<std::unique_ptr<sinks::Writer>> sinks;
  std::unique_ptr<exporter::Fanout> fanout;
  exporter::Tally tally;
  std::unique_ptr<exporter::Eve> eve;
  metrics::WorkerCounters exporter_counters;
  metrics::Published exporter_published;
  std::unique_ptr<engine::Exporter> exporter;
  std::thread exporting;
  std::atomic<bool> turning{true};  // every worker did so in the last second
};

}  // namespace pellucid::app
