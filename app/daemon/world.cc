#include "app/daemon/world.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "app/roots.h"
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

World::~World() {
  if (parts_->keeping != nullptr) parts_->keeping->stop();  // it asks what goes before it
}

std::unique_ptr<World> World::open(const Config& config, std::string& problem) {
  std::unique_ptr<World> world(new World(config));
  Parts& p = *world->parts_;
  if (!world->make_folders(problem)) return nullptr;
  world->control_ = Control::open(p, problem);  // first: a second daemon ends here, its ports untouched
  if (world->control_ == nullptr || !world->open_ports(problem) || !sys::become(config.user, problem)) return nullptr;
  p.grants = &world->control_->grants();
  using Statements = openssl::Trust::Statements;
  auto trust = std::make_unique<openssl::Trust>(config.certificate_verify ? Statements::check : Statements::pass);
  if (!add_roots(*trust, config.roots, problem)) return nullptr;
  p.keeping = std::make_unique<Keeping>(config.workers, world->control_->grants(), *p.audit, *p.keys, p.policies, &p.names,
                                        std::move(trust));
  p.lanes = std::make_unique<Lanes>(config, p.ports, p.policies, *p.keeping);
  world->open_sinks();
  return world;
}

bool World::make_folders(std::string& problem) const {
  const Config& c = parts_->config;
  const auto folder_of = [](const std::string& file) { return std::filesystem::path(file).parent_path().string(); };
  std::vector<std::string> paths{c.state, c.state + "/grants", c.state + "/audit", c.state + "/deliver",
                                 folder_of(c.control.socket)};
  for (const SinkConfig& sink : c.sinks) {
    if (sink.type == SinkConfig::Type::file) paths.push_back(folder_of(sink.path));
  }
  return std::ranges::all_of(paths, [&](const auto& path) { return sys::make_folder(path, c.user, problem); });
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
  eve.interfaces = p.interfaces;
  p.eve = std::make_unique<exporter::Eve>(std::move(eve), p.digests, &p.certificates, &p.names);
  std::vector<metrics::Published*> published;
  for (unsigned i = 0; i < p.lanes->size(); ++i) published.push_back(&p.lanes->published(i));
  published.push_back(&p.exporter_published);
  p.readings = std::make_unique<metrics::Readings>(std::move(published));
  p.deliveries = std::make_unique<pcapng::Deliveries>(p.config.state + "/deliver", p.sealer);
  p.exporter = std::make_unique<engine::Exporter>(p.lanes->rings(), *p.eve, p.tally, p.fanout.get(), p.exporter_counters,
                                                  p.deliveries.get(), p.audit.get());
}

namespace {

// A delivery that ends is told once, and status names it as long as the daemon runs.
void tell_undelivered(Parts& p) {
  std::string why = p.deliveries->take_failure();
  if (why.empty()) return;
  std::fprintf(stderr, "pellucidd: %s\n", why.c_str());
  const std::lock_guard<std::mutex> guard(p.undelivered_guard);
  p.undelivered.push_back(std::move(why));
}

}  // namespace

bool World::start(std::string& problem) {
  Parts& p = *parts_;
  if (!control_->publish_first(problem)) return false;
  for (auto& sink : p.sinks) sink->start();
  p.keeping->start();
  p.lanes->start();  // before the exporter, which ends when no lane runs
  p.exporting = std::thread([&p] {
    sys::name_thread("exporter");
    const unsigned self = p.config.workers;
    p.policies.online(self);
    std::size_t named = 0;  // grants of which the exporter knows
    for (;;) {
      p.eve->set_policy(p.policies.take(self));
      const std::shared_ptr<const LiveWarrants::Known> grants = p.keeping->known();
      p.eve->set_grants(&grants->names);
      for (; named < grants->names.size(); ++named) {
        if (const auto& d = grants->deliveries[named]) p.deliveries->add(static_cast<std::uint32_t>(named), *d);
      }
      const bool last = !p.lanes->running();  // asked before the rings, so that nothing is left in them
      const bool came = p.exporter->turn();
      tell_undelivered(p);
      if (p.stats.waits()) p.exporter->say(p.stats.take());
      p.exporter_published.offer(p.exporter_counters);
      if (came) continue;
      if (last) break;
      std::this_thread::sleep_for(kNap);
    }
    p.policies.offline(self);
    p.deliveries->close();
    tell_undelivered(p);
  });
  p.ready = true;
  control_->start();
  sys::notify_ready(std::to_string(p.ports.size()) + " ports, " + std::to_string(p.lanes->size()) + " workers");
  return true;
}

void World::tick() {
  Parts& p = *parts_;
  const std::uint64_t now = sys::wall_ns();
  for (auto& port : p.ports) port->tune(now);
  if (ticks_++ % 60 == 0) {
    std::uint64_t lost = 0;
    for (auto& port : p.ports) lost += port->stats().missed + port->stats().no_buffer;
    p.lost_a_minute_ago = lost_;
    lost_ = lost;
  }
  control_->tick();
  p.turning = p.lanes->all_turned();
  if (p.turning && watched_) sys::notify_alive();  // a worker that hangs is the service manager's to end
}

void World::reopen() {
  for (auto& sink : parts_->sinks) sink->reopen();
  control_->note_reopen();
}

std::string World::stop() {
  Parts& p = *parts_;
  p.ready = false;
  sys::notify_stopping();
  control_->stop();
  p.lanes->stop();
  p.lanes->join();
  p.keeping->stop();
  p.exporting.join();
  control_->end_log();
  for (auto& sink : p.sinks) sink->finish();
  for (auto& sink : p.sinks) {
    sink->join();
    if (!exporter::accounts_for(sink->state(), p.exporter_counters.lines_written.value())) {
      return "internal error: sink " + sink->state().name + " has lost records without counting them";
    }
  }
  metrics::WorkerCounters sum;
  metrics::accumulate(sum, p.exporter_counters);
  for (unsigned i = 0; i < p.lanes->size(); ++i) metrics::accumulate(sum, p.lanes->counters(i));
  const metrics::Law* broken = metrics::broken_law(sum);
  if (broken == nullptr) return {};
  return "internal error: the counters break the law of " + std::string(broken->name) + ": " + std::string(broken->text);
}

}  // namespace pellucid::app
