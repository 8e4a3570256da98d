#include "app/daemon/world.h"

#include <chrono>

#include "drivers/io/dpdk/eal.h"
#include "drivers/sys/cpu/cpu.h"
#include "drivers/sys/guard/guard.h"
#include "drivers/sys/notify/notify.h"
#include "lib/metrics/law.h"

namespace pellucid::app {

namespace {

constexpr auto kNap = std::chrono::microseconds(500);

sinks::Sync sync_of(const std::string& word) {
  if (word == "always") return sinks::Sync::always;
  return word == "interval" ? sinks::Sync::interval : sinks::Sync::never;
}

std::unique_ptr<sinks::Writer> make_sink(const SinkConfig& c) {
  switch (c.type) {
    case SinkConfig::Type::file:
      return sinks::Writer::to_file({.name = c.name}, {c.path, c.rotate_bytes, c.rotate_seconds, c.keep, sync_of(c.fsync)});
    case SinkConfig::Type::standard_output:
      return sinks::Writer::to_standard_output({.name = c.name});
    case SinkConfig::Type::socket:
      return sinks::Writer::to_socket({.name = c.name}, c.path);
  }
  return nullptr;
}

}  // namespace

World::~World() = default;

std::unique_ptr<World> World::open(const Config& config, std::string& problem) {
  std::unique_ptr<World> world(new World(config));
  Parts& p = *world->parts_;
  p.started_ns = sys::wall_ns();
  if (!world->open_ports(problem) || !sys::become(config.user, problem)) return nullptr;
  p.lanes = std::make_unique<Lanes>(config, p.ports);
  world->open_sinks();
  return world;
}

bool World::open_ports(std::string& problem) {
  Parts& p = *parts_;
  const Config& c = p.config;
  dpdk::EalOptions eal{.devices = {}, .huge_pages = c.huge_pages, .memory_mb = c.memory_mb, .extra = c.eal};
  for (const auto& port : c.ports) eal.devices.push_back(port.device);
  p.eal = dpdk::Eal::start(eal, problem);
  if (p.eal == nullptr) return false;
  for (const auto& options : c.ports) {
    p.ports.push_back(dpdk::Port::open(options, problem));
    if (p.ports.back() == nullptr) return false;
  }
  return true;
}

void World::open_sinks() {
  Parts& p = *parts_;
  std::vector<exporter::Outlet*> outlets;
  for (const SinkConfig& sink : p.config.sinks) {
    p.sinks.push_back(make_sink(sink));
    outlets.push_back(&p.sinks.back()->outlet());
  }
  p.fanout = std::make_unique<exporter::Fanout>(std::move(outlets));
  exporter::EveOptions eve;
  eve.host = p.config.host;
  for (const auto& port : p.config.ports) eve.interfaces.push_back(port.name);
  p.eve = std::make_unique<exporter::Eve>(std::move(eve), p.digests, &p.certificates, &p.names);
  p.exporter = std::make_unique<engine::Exporter>(p.lanes->rings(), *p.eve, p.tally, p.fanout.get(), p.exporter_counters);
}

void World::start() {
  Parts& p = *parts_;
  for (auto& sink : p.sinks) sink->start();
  p.lanes->start();  // before the exporter, which ends when no lane runs
  p.exporting = std::thread([&p] {
    sys::name_thread("exporter");
    for (;;) {
      const bool last = !p.lanes->running();  // asked before the rings, so that nothing is left in them
      const bool came = p.exporter->turn();
      p.exporter_published.offer(p.exporter_counters);
      if (came) continue;
      if (last) break;
      std::this_thread::sleep_for(kNap);
    }
  });
  sys::notify_ready(std::to_string(p.ports.size()) + " ports, " + std::to_string(p.lanes->size()) + " workers");
}

void World::tick() {
  Parts& p = *parts_;
  const std::uint64_t now = sys::wall_ns();
  for (auto& port : p.ports) port->tune(now);
  p.turning = p.lanes->all_turned();
  if (p.turning) sys::notify_alive();  // a worker that hangs is the service manager's to end
}

void World::reopen() {
  for (auto& sink : parts_->sinks) sink->reopen();
}

std::string World::stop() {
  Parts& p = *parts_;
  sys::notify_stopping();
  p.lanes->stop();
  p.lanes->join();
  p.exporting.join();
  for (auto& sink : p.sinks) sink->finish();
  for (auto& sink : p.sinks) sink->join();
  metrics::WorkerCounters sum;
  metrics::accumulate(sum, p.exporter_counters);
  for (unsigned i = 0; i < p.lanes->size(); ++i) metrics::accumulate(sum, p.lanes->counters(i));
  const metrics::Law* broken = metrics::broken_law(sum);
  if (broken == nullptr) return {};
  return "internal error: the counters break the law of " + std::string(broken->name) + ": " + std::string(broken->text);
}

}  // namespace pellucid::app
