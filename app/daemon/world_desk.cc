#include "app/daemon/world_desk.h"

#include <unistd.h>

#include <algorithm>

#include "app/daemon/flow_views.h"
#include "drivers/io/dpdk/eal.h"
#include "drivers/out/metrics/text.h"
#include "drivers/sys/cpu/cpu.h"
#include "lib/export/stats.h"

namespace pellucid::app {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(200);  // with workers; one that hangs is shown with older figures
constexpr std::uint64_t kSecond = 1'000'000'000;

std::string_view text_of(dpdk::Spread spread) {
  switch (spread) {
    case dpdk::Spread::single:
      return "single";
    case dpdk::Spread::symmetric:
      return "symmetric";
    case dpdk::Spread::unknown:
      break;
  }
  return "unknown";
}

PortView view_of(const dpdk::Port& port) {
  const dpdk::PortStats stats = port.stats();
  PortView v;
  v.name = port.options().name;
  v.device = port.options().device;
  v.driver = port.driver();
  v.spread = text_of(port.spread());
  v.up = port.link_up();
  v.mbps = port.link_mbps();
  v.numa_node = port.numa_node();
  v.queues = port.queues();
  v.packets = stats.packets;
  v.bytes = stats.bytes;
  v.missed = stats.missed;
  v.no_buffer = stats.no_buffer;
  v.errors = stats.errors;
  v.free_buffers = port.free_buffers();
  return v;
}

SinkView view_of(const exporter::SinkState& state) {
  SinkView v;
  v.name = state.name;
  v.type = state.type;
  v.path = state.where;
  v.state = state.trouble ? "degraded" : "up";
  v.error = state.failure;
  v.records = state.counts.written;
  v.bytes = state.counts.written_bytes;
  v.queue_bytes = state.counts.queued_bytes;
  v.queue_capacity = state.counts.capacity_bytes;
  v.rotations = state.rotations;
  for (unsigned i = 0; i < exporter::kLosses; ++i) {
    if (state.counts.dropped[i] != 0) v.dropped.emplace(exporter::kLossValues[i], state.counts.dropped[i]);
  }
  return v;
}

}  // namespace

std::vector<PortView> WorldDesk::ports() {
  std::vector<PortView> views;
  for (const auto& port : p_.ports) views.push_back(view_of(*port));
  return views;
}

void WorldDesk::refresh() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  p_.readings->refresh([until] {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    return std::chrono::steady_clock::now() < until;
  });
}

std::vector<WorkerView> WorldDesk::workers() {
  refresh();
  std::vector<WorkerView> views;
  for (unsigned i = 0; i < p_.lanes->size(); ++i) {
    const metrics::WorkerCounters& c = p_.readings->block(i);
    WorkerView v;
    v.worker = i;
    v.core = p_.lanes->core(i);
    v.stale = p_.readings->stale(i);
    v.packets = c.packets.value();
    v.bytes = c.bytes.value();
    v.flows = c.flows.value();
    v.capacity = p_.lanes->capacity(i);
    v.busy_cycles = c.busy_cycles.value();
    v.idle_cycles = c.idle_cycles.value();
    v.handover_sent = c.handover_sent.value();
    v.handover_taken = c.handover_taken.value();
    v.handover_dropped = c.handover_dropped.value();
    v.parse_errors = c.parse_errors.sum();
    v.untracked = c.untracked.sum();
    v.records = c.records_made.sum();
    v.records_dropped = c.records_dropped.sum();
    v.ring_bytes = p_.lanes->ring(i).used_bytes();
    v.ring_capacity = p_.lanes->ring(i).bytes();
    views.push_back(v);
  }
  return views;
}

std::vector<SinkView> WorldDesk::sinks() {
  std::vector<SinkView> views;
  for (const auto& sink : p_.sinks) views.push_back(view_of(sink->state()));
  return views;
}

std::uint64_t WorldDesk::uptime_s() const {
  const auto lived = std::chrono::steady_clock::now() - p_.born;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(lived).count());
}

StatusView WorldDesk::status() {
  StatusView v;
  v.version = PELLUCID_VERSION;
  v.host = p_.config.host;
  v.pid = static_cast<unsigned>(getpid());
  v.started_s = p_.started_ns / kSecond;
  v.uptime_s = uptime_s();
  v.clock_synchronised = sys::clock_synchronised();
  v.cycles_per_second = dpdk::cycles_per_second();
  v.ports = static_cast<unsigned>(p_.ports.size());
  v.workers = static_cast<unsigned>(p_.lanes->size());
  add_ports(v);
  add_workers(v);
  for (const SinkView& sink : sinks()) {
    for (const auto& [reason, n] : sink.dropped) v.records_dropped += n;
    if (sink.state != "up") v.reasons.push_back("sink " + sink.name + " loses records: " + sink.error);
  }
  const std::lock_guard<std::mutex> guard(p_.undelivered_guard);
  v.reasons.insert(v.reasons.end(), p_.undelivered.begin(), p_.undelivered.end());
  return v;
}

void WorldDesk::add_ports(StatusView& v) {
  std::uint64_t lost = 0;
  for (const PortView& port : ports()) {
    lost += port.missed + port.no_buffer;
    if (!port.up) v.reasons.push_back("port " + port.name + " has no link");
  }
  v.missed = lost;
  const std::uint64_t before = p_.lost_a_minute_ago.load(std::memory_order_relaxed);
  if (lost > before) v.reasons.push_back("ports lost " + std::to_string(lost - before) + " packets within the last minute");
}

void WorldDesk::add_workers(StatusView& v) {
  for (const WorkerView& worker : workers()) {
    v.packets += worker.packets;
    v.bytes += worker.bytes;
    v.flows += worker.flows;
    v.flow_capacity += worker.capacity;
    v.parse_errors += worker.parse_errors;
    v.records += worker.records;
    v.records_dropped += worker.records_dropped;
    v.flows_created += p_.readings->block(worker.worker).flows_created.value();
    if (worker.stale) v.reasons.push_back("worker " + std::to_string(worker.worker) + " does not answer");
  }
  if (p_.readings->stale(p_.lanes->size())) {
    v.reasons.emplace_back("the exporter does not answer: records are lost once its rings are full");
  }
}

std::string WorldDesk::configuration() const { return p_.config.text; }

FlowList WorldDesk::flows(const FlowFilter& filter) {
  FlowList list;
  engine::FlowFilter wanted;
  if (!filter_of(filter, p_.names, wanted)) return list;
  list = find_flows(wanted, filter.limit);
  return list;
}

std::optional<FlowView> WorldDesk::flow(std::uint64_t id) {
  engine::FlowFilter wanted;
  wanted.flow_id = id;
  const FlowList list = find_flows(wanted, 1);
  return list.rows.empty() ? std::nullopt : std::optional(list.rows.front());
}

FlowList WorldDesk::find_flows(const engine::FlowFilter& wanted, std::size_t limit) {
  FlowList list;
  const auto ask = [&](engine::Census& census) { return census.ask_flows(wanted, limit); };
  const auto see = [&](unsigned worker, const engine::Census::Answer& answer) {
    list.matched += answer.matched;
    for (const engine::FlowLine& line : answer.lines) {
      if (list.rows.size() < limit) list.rows.push_back(view_of(line, worker, p_.names));
    }
  };
  const std::lock_guard one(p_.census);
  list.silent_workers = ask_workers(*p_.lanes, ask, see);
  return list;
}

AppList WorldDesk::apps(unsigned limit) {
  AppList list;
  std::map<std::string, AppView> rows;
  const auto see = [&](unsigned, const engine::Census::Answer& answer) {
    for (const engine::AppTotal& total : answer.apps) {
      if (total.flows == 0) continue;
      const std::string app = app_name({total.master, total.app, total.category}, p_.names);
      AppView& row = rows[app];
      row.app = app;
      row.category = p_.names.category(total.category);
      row.flows += total.flows;
      row.packets += total.packets;
      row.bytes += total.bytes;
    }
  };
  {
    const std::lock_guard one(p_.census);
    list.silent_workers = ask_workers(
        *p_.lanes, [](engine::Census& census) { return census.ask_apps(); }, see);
  }
  for (auto& [name, row] : rows) list.rows.push_back(std::move(row));
  std::ranges::sort(list.rows, [](const AppView& a, const AppView& b) { return a.bytes > b.bytes; });
  if (list.rows.size() > limit) list.rows.resize(limit);
  return list;
}

metrics::Daemon WorldDesk::figures() {
  refresh();
  metrics::Daemon d;
  d.version = PELLUCID_VERSION;
  d.started_s = p_.started_ns / kSecond;
  d.cycles_per_second = dpdk::cycles_per_second();
  d.clock_synchronised = sys::clock_synchronised();
  d.policy_generation = p_.policies.live() == nullptr ? 0 : p_.policies.live()->generation();
  const AuditLog::State audit = p_.audit->state();
  d.audit_entries = audit.entries;
  d.audit_checkpoint_s = audit.checkpoint_s;
  d.audit_writing = audit.problem.empty();
  d.policy_swap_ns = &p_.policy_swap_ns;
  for (const keys::KeyView& key : p_.keys->list()) {
    if (key.not_after_s != 0) d.keys.push_back({key.id, static_cast<std::uint64_t>(key.not_after_s)});
  }
  constexpr std::int64_t kShownFor = 86'400;  // seconds after its end
  const Grants::Outlook grants = p_.grants->outlook();
  d.decryption_enabled = grants.problem.empty() && audit.problem.empty();
  for (const auto& [id, end] : grants.ends) {
    const bool shown = end + kShownFor > static_cast<std::int64_t>(sys::wall_ns() / kSecond);
    if (shown) d.grants.push_back({id, static_cast<std::uint64_t>(end)});
  }
  for (const PortView& port : ports()) {
    d.ports.push_back(
        {port.name, port.up, port.packets, port.bytes, port.missed, port.no_buffer, port.errors, port.free_buffers});
  }
  for (const auto& sink : p_.sinks) d.sinks.push_back(figures_of(sink->state()));
  for (unsigned i = 0; i < p_.lanes->size(); ++i) {
    d.rings.push_back({"records-" + std::to_string(i), p_.lanes->ring(i).used_bytes(), p_.lanes->ring(i).bytes()});
    d.workers.push_back(&p_.readings->block(i));
    d.stale.push_back(p_.readings->stale(i));
  }
  d.exporter = &p_.readings->block(p_.lanes->size());
  return d;
}

std::string WorldDesk::metrics_text() { return prometheus_text::text_of(figures()); }

std::string WorldDesk::stats_line() {
  std::string line;
  exporter::write_stats(line, {sys::wall_ns(), uptime_s(), p_.config.host}, figures());
  return line;
}

Health WorldDesk::health() const {
  Health h;
  h.alive = p_.turning.load(std::memory_order_relaxed);
  if (!h.alive) h.reasons.emplace_back("a worker has not begun a turn for a second");
  h.ready = h.alive && p_.ready.load(std::memory_order_relaxed);
  if (h.alive && !h.ready) h.reasons.emplace_back("the daemon is starting or stopping");
  return h;
}

}  // namespace pellucid::app
