// desk: the daemon's control API, server and history of policies as they ship, on a desk whose figures never change. Tests talk
// to it, so that what they show is not the luck of live traffic. It says `ready PORT…` on standard output and ends at end of
// input.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "app/daemon/api.h"
#include "app/daemon/maker.h"
#include "drivers/ctl/http/server.h"
#include "drivers/dpi/ndpi/names.h"
#include "drivers/sys/folder/folder.h"

namespace {

using namespace pellucid;
using namespace pellucid::app;

std::uint64_t wall_s() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

FlowView flow_of(std::uint64_t id) {
  FlowView f;
  f.id = id;
  f.proto = 6;
  f.src_ip = "192.0.2." + std::to_string(id % 250 + 1);
  f.dest_ip = "198.51.100.7";
  f.src_port = 40'000;
  f.dest_port = 443;
  f.app = "TLS.Example";
  f.category = "Web";
  f.name = "www.example.com";
  f.level = "classify";
  f.state = "established";
  f.packets_to_server = id;
  f.bytes_to_server = 100 * id;
  f.first_us = 1'700'000'000'000'000;
  f.last_us = f.first_us + 5'000'000;
  return f;
}

class FixedDesk final : public Desk {
 public:
  bool degraded = false;
  bool large = false;  // answers of some megabytes
  StatusView status() override {
    StatusView v;
    v.version = "test";
    v.host = "sensor-1";
    v.pid = 4711;
    v.uptime_s = 90'061;
    if (degraded) v.reasons = {"sink file: the disk is full; free some space"};
    v.clock_synchronised = true;
    v.ports = 1;
    v.workers = 2;
    v.packets = 1'000'000;
    v.bytes = 900'000'000;
    v.flows = 3;
    v.flow_capacity = 1024;
    v.records = 77;
    return v;
  }
  std::vector<PortView> ports() override {
    PortView p;
    p.name = "tap0";
    p.device = "net_af_packet0,iface=eth1";
    p.driver = "net_af_packet";
    p.spread = "single";
    p.up = true;
    p.queues = 2;
    p.packets = 1'000'000;
    p.bytes = 900'000'000;
    return {p};
  }
  std::vector<WorkerView> workers() override {
    WorkerView a, b;
    a.packets = 600'000;
    a.busy_cycles = 3;
    a.idle_cycles = 1;
    a.flows = 2;
    a.capacity = b.capacity = 512;
    b.worker = b.core = 1;
    b.packets = 400'000;
    b.flows = 1;
    b.stale = true;
    return {a, b};
  }
  std::vector<SinkView> sinks() override {
    SinkView s;
    s.name = s.type = "file";
    s.path = "/var/log/pellucid/eve.jsonl";
    s.state = degraded ? "degraded" : "up";
    s.dropped = {{"full", 2}, {"disk_full", 1}};
    return {s};
  }
  FlowList flows(const FlowFilter& filter) override {
    FlowList list;
    for (std::uint64_t id = 1; id <= (large ? 10'000u : 3u); ++id) {
      const FlowView f = flow_of(id);
      const bool fits = (!filter.port || *filter.port == f.dest_port) && (!filter.proto || *filter.proto == f.proto) &&
                        f.bytes_to_server >= filter.min_bytes && (!filter.level || *filter.level == f.level);
      if (!fits) continue;
      ++list.matched;
      if (list.rows.size() < filter.limit) list.rows.push_back(f);
    }
    return list;
  }
  std::optional<FlowView> flow(std::uint64_t id) override {
    return id >= 1 && id <= 3 ? std::optional(flow_of(id)) : std::nullopt;
  }
  AppList apps(unsigned limit) override {
    AppList list{{{"TLS.Example", "Web", 2, 50, 5000}, {"DNS", "Network", 1, 2, 200}}, 0};
    if (list.rows.size() > limit) list.rows.resize(limit);
    return list;
  }
  std::string metrics_text() override {
    return "# HELP pellucid_flows Live flows.\n# TYPE pellucid_flows gauge\npellucid_flows{worker=\"0\"} 3\n";
  }
  std::string configuration() const override { return "ports: []\n"; }
  Health health() const override {
    if (degraded) return {true, false, {"no policy is live"}};
    return {true, true, {}};
  }
};

class FixedPolicies final : public CompiledPolicies {
 public:
  using CompiledPolicies::CompiledPolicies;
  Impact impact(const Program&) override { return {3, 1, 0}; }
  Published publish(std::shared_ptr<const Program>) override { return {3, 3, 250}; }
};

struct Flags {
  std::string socket, group, tls, scrape, cert, key, ca, state, keys;
  std::vector<std::string> groups, names;  // ROLE=NAME
  unsigned connections = 16;
};

engine::Role role_of(const std::string& text) {
  for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
    if (text == engine::kRoleLabels[i]) return static_cast<engine::Role>(i);
  }
  std::fprintf(stderr, "desk: %s is no role\n", text.c_str());
  std::exit(2);
}

RoleTable table_of(const Flags& flags) {
  RoleTable table = flags.groups.empty() ? RoleTable::standard() : RoleTable{};
  for (const std::string& g : flags.groups) table.groups.emplace(g.substr(g.find('=') + 1), role_of(g.substr(0, g.find('='))));
  for (const std::string& n : flags.names) table.names.emplace(n.substr(n.find('=') + 1), role_of(n.substr(0, n.find('='))));
  return table;
}

int complain(const std::string& problem) {
  std::fprintf(stderr, "desk: %s\n", problem.c_str());
  return 1;
}

int serve(const Flags& flags, FixedDesk& desk) {
  std::string problem;
  const auto folder = sys::Folder::open(flags.state, problem);
  if (folder == nullptr) return complain(problem);
  const dpi::NdpiNames names;
  FixedPolicies maker({&names, nullptr});
  Policies policies(*folder, maker, wall_s);
  if (!policies.start("version: 1\ndefault: {level: classify}\n", "default", problem)) return complain(problem);
  const auto shelf = sys::Folder::open(flags.state + "/grants", problem);
  if (shelf == nullptr) return complain(problem);
  Grants grants(*shelf, "sensor-1", wall_s);
  grants.start(0);
  const auto audit = AuditLog::open(flags.state + "/audit", problem);
  if (audit == nullptr) return complain(problem);
  KeyDesk keys(flags.keys, *audit, wall_s);
  Turnstile turnstile{desk, policies, grants, keys, *audit};
  Api api(turnstile, table_of(flags));
  Scrape scrape(turnstile);
  std::vector<std::unique_ptr<ctl::Server>> servers;
  const auto add = [&](ctl::ServerOptions options, engine::Verbs& verbs) {
    options.connections = flags.connections;
    servers.push_back(ctl::Server::open(options, verbs, problem));
    return servers.back() != nullptr;
  };
  ctl::ServerOptions local{.socket = flags.socket, .group = flags.group, .most_body = kMaxRequestBody};
  ctl::ServerOptions remote{
      .listen = flags.tls, .cert = flags.cert, .key = flags.key, .ca = flags.ca, .most_body = kMaxRequestBody};
  if (!add(local, api)) return complain(problem);
  if (!flags.tls.empty() && !add(remote, api)) return complain(problem);
  if (!flags.scrape.empty() && !add({.listen = flags.scrape}, scrape)) return complain(problem);
  std::printf("ready");
  for (auto& server : servers) {
    server->start();
    std::printf(" %u", static_cast<unsigned>(server->port()));
  }
  std::printf("\n");
  std::fflush(stdout);
  for (char line[16]; std::fgets(line, sizeof line, stdin) != nullptr;) {
    policies.tick();
    keys.tick();
  }
  for (auto& server : servers) server->stop();
  for (auto& server : servers) {
    const ctl::ServerCounts& c = server->counts();
    std::printf("accepted %lu requests %lu evicted %lu turned_away %lu tls_failed %lu\n", c.accepted.load(), c.requests.load(),
                c.evicted.load(), c.turned_away.load(), c.tls_failed.load());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags f;
  FixedDesk desk;
  CLI::App cli{"The control API on a desk whose figures never change.", "desk"};
  cli.add_option("--socket", f.socket)->required();
  cli.add_option("--state", f.state)->required();
  cli.add_option("--keys", f.keys);
  cli.add_option("--group", f.group);
  cli.add_option("--tls", f.tls);
  cli.add_option("--scrape", f.scrape);
  cli.add_option("--cert", f.cert);
  cli.add_option("--key", f.key);
  cli.add_option("--ca", f.ca);
  cli.add_option("--role-group", f.groups);
  cli.add_option("--role-name", f.names);
  cli.add_option("--connections", f.connections);
  cli.add_flag("--degraded", desk.degraded);
  cli.add_flag("--large", desk.large);
  CLI11_PARSE(cli, argc, argv);
  return serve(f, desk);
}
