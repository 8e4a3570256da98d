#include "app/daemon/world.h"

#include <chrono>
#include <thread>

#include "app/daemon/lanes.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/x509.h"
#include "drivers/dpi/ndpi/names.h"
#include "drivers/out/lines/lines.h"
#include "drivers/sys/cpu/cpu.h"
#include "drivers/sys/guard/guard.h"
#include "drivers/sys/notify/notify.h"
#include "lib/engine/exporter.h"
#include "lib/metrics/law.h"
#include "lib/metrics/metric.h"

namespace pellucid::app {

struct World::Parts {
  explicit Parts(const Config& c) : config(c) {}

  Config config;
  std::unique_ptr<dpdk::Eal> eal;
  Lanes::Ports ports;
  std::unique_ptr<Lanes> lanes;
  dpi::NdpiNames names;
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  exporter::Tally tally;
  std::unique_ptr<lines::Lines> sink;
  std::unique_ptr<exporter::Eve> eve;
  metrics::WorkerCounters exporter_counters;
  std::unique_ptr<engine::Exporter> exporter;
  std::thread writer;
};

World::World(const Config& config) : parts_(std::make_unique<Parts>(config)) {}
World::~World() = default;

std::unique_ptr<World> World::open(const Config& config, std::string& problem) {
  std::unique_ptr<World> world(new World(config));
  Parts& p = *world->parts_;
  dpdk::EalOptions eal{.devices = {}, .huge_pages = config.huge_pages, .memory_mb = config.memory_mb, .extra = config.eal};
  for (const auto& port : config.ports) eal.devices.push_back(port.device);
  p.eal = dpdk::Eal::start(eal, problem);
  if (p.eal == nullptr) return nullptr;
  exporter::EveOptions eve;
  eve.host = config.host;
  for (const auto& options : config.ports) {
    auto port = dpdk::Port::open(options, problem);
    if (port == nullptr) return nullptr;
    p.ports.push_back(std::move(port));
    eve.interfaces.push_back(options.name);
  }
  if (!sys::become(config.user, problem)) return nullptr;
  p.lanes = std::make_unique<Lanes>(config, p.ports);
  if (!config.sinks.empty()) {
    p.sink = std::make_unique<lines::Lines>(config.sinks.front().path);
    problem = p.sink->failure();
    if (!problem.empty()) return nullptr;
  }
  p.eve = std::make_unique<exporter::Eve>(std::move(eve), p.digests, &p.certificates, &p.names);
  p.exporter = std::make_unique<engine::Exporter>(p.lanes->rings(), *p.eve, p.tally, p.sink.get(), p.exporter_counters);
  return world;
}

void World::start() {
  Parts& p = *parts_;
  p.writer = std::thread([&p] {
    sys::name_thread("exporter");
    for (;;) {
      const bool last = !p.lanes->running();  // asked before the rings, so that nothing is left in them
      if (p.exporter->turn()) continue;
      if (last) break;
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    static_cast<void>(p.exporter->flush());
  });
  p.lanes->start();
  sys::notify_ready(std::to_string(p.ports.size()) + " ports, " + std::to_string(p.lanes->size()) + " workers");
}

void World::tick() {
  Parts& p = *parts_;
  const std::uint64_t now = sys::wall_ns();
  for (auto& port : p.ports) port->tune(now);
  if (p.lanes->all_turned()) sys::notify_alive();  // a worker that hangs is the service manager's to end
}

void World::reopen() {}

void World::stop() {
  Parts& p = *parts_;
  sys::notify_stopping();
  p.lanes->stop();
  p.lanes->join();
  p.writer.join();
  metrics::WorkerCounters sum;
  metrics::accumulate(sum, p.exporter_counters);
  for (unsigned i = 0; i < p.lanes->size(); ++i) metrics::accumulate(sum, p.lanes->counters(i));
  const metrics::Law* broken = metrics::broken_law(sum);
  well_ = broken == nullptr;
  metrics::for_each_cell(sum, [](const metrics::Metric& m, std::string_view a, std::string_view b, std::uint64_t n) {
    if (n)
      std::fprintf(stderr, "%s %s %s %lu\n", std::string(m.name).c_str(), std::string(a).c_str(), std::string(b).c_str(), n);
  });
  if (broken != nullptr)
    std::fprintf(stderr, "pellucidd: internal error: the counters break the law of %s\n", std::string(broken->name).c_str());
  std::fprintf(stderr, "packets %lu flows %lu records %lu handover %lu\n", sum.packets.value(), sum.flows_created.value(),
               sum.lines_written.value(), sum.handover_sent.value());
}

}  // namespace pellucid::app
