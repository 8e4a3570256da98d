#include "app/daemon/control.h"

#include <ctime>
#include <filesystem>

#include "app/file.h"

namespace pellucid::app {

namespace {

constexpr const char* kSelf = "pellucidd";
constexpr const char* kFirst = "version: 1\ndefault:\n  level: classify\n";

std::uint64_t wall_s() { return sys::wall_ns() / 1'000'000'000; }

// Who names the groups of some roles leaves those of the others as they are.
RoleTable roles_of(const ControlConfig& c) {
  RoleTable table;
  for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
    const std::string role(engine::kRoleLabels[i]);
    const auto group = c.roles.find(role);
    table.groups.emplace(group == c.roles.end() ? "pellucid-" + role : group->second, static_cast<engine::Role>(i));
    const auto names = c.names.find(role);
    if (names == c.names.end()) continue;
    for (const std::string& name : names->second) table.names.emplace(name, static_cast<engine::Role>(i));
  }
  return table;
}

}  // namespace

Control::Control(Parts& parts, std::unique_ptr<sys::Folder> shelf, std::unique_ptr<sys::Folder> grants_shelf)
    : config_(parts.config),
      desk_(parts),
      shelf_(std::move(shelf)),
      maker_(parts),
      policies_(*shelf_, maker_, wall_s),
      grants_shelf_(std::move(grants_shelf)),
      grants_(*grants_shelf_, config_.host, wall_s),
      retention_(config_.state + "/deliver", grants_, *parts.audit),
      turnstile_{desk_, policies_, grants_, *parts.keys, *parts.audit},
      api_(turnstile_, roles_of(config_.control)),
      scrape_(turnstile_),
      parts_(parts),
      stats_due_(parts.born + std::chrono::seconds(config_.stats_seconds)) {}

Control::~Control() {
  stop();
  end_log();
}

std::unique_ptr<Control> Control::open(Parts& parts, std::string& problem) {
  const Config& c = parts.config;
  auto shelf = sys::Folder::open(c.state, problem);
  if (shelf == nullptr) return nullptr;
  auto grants_shelf = sys::Folder::open(c.state + "/grants", problem);
  if (grants_shelf == nullptr) return nullptr;
  const std::string running = std::filesystem::path(c.control.socket).parent_path().string();
  parts.audit = AuditLog::open(c.state + "/audit", problem, running + "/audit.last");
  if (parts.audit == nullptr) return nullptr;
  parts.keys = std::make_unique<KeyDesk>(c.keys, *parts.audit, wall_s);
  std::unique_ptr<Control> control(new Control(parts, std::move(shelf), std::move(grants_shelf)));
  control->grants_.start(parts.audit->grants_written());
  const auto add = [&](const ctl::ServerOptions& options, engine::Verbs& verbs) {
    control->servers_.push_back(ctl::Server::open(options, verbs, problem));
    return control->servers_.back() != nullptr;
  };
  const ControlConfig& doors = c.control;
  const MetricsConfig& m = c.metrics;
  const bool local = add({.socket = doors.socket, .group = doors.group, .most_body = kMaxRequestBody}, control->api_);
  const bool remote =
      !local || doors.listen.empty() ||
      add({.listen = doors.listen, .cert = doors.cert, .key = doors.key, .ca = doors.ca, .most_body = kMaxRequestBody},
          control->api_);
  const bool scrape =
      !remote || m.listen.empty() || add({.listen = m.listen, .cert = m.cert, .key = m.key, .ca = m.ca}, control->scrape_);
  return local && remote && scrape ? std::move(control) : nullptr;
}

bool Control::publish_first(std::string& problem) {
  std::string text = kFirst;
  if (!config_.policy.empty()) {
    const auto read = read_policy_file(config_.policy, problem);
    if (!read) return false;
    text = *read;
  }
  return policies_.start(text, config_.policy.empty() ? "default" : config_.policy, problem);
}

// The log holds what no copy of the ledger from before can know.
void Control::tell_log() {
  const Grants::Mark mark = grants_.mark();
  parts_.audit->know(mark.set, mark.writes);
}

void Control::note_start() {
  const std::string set = grants_.mark().set;
  const std::string digests = "configuration sha256 " + parts_.audit->hex_digest(config_.text) + ", binary sha256 " +
                              parts_.audit->hex_digest(own_binary()) + ", authority set " +
                              (set.empty() ? "none" : "sha256 " + set);
  parts_.audit->note({kSelf, "", "start", "pellucidd " PELLUCID_VERSION, "done", digests});
  for (const std::string& problem : grants_.problems()) {
    parts_.audit->note({kSelf, "", "grants_read", "state folder", "refused", problem});
  }
}

void Control::start() {
  note_start();
  parts_.keys->tick();
  started_ = true;
  for (auto& server : servers_) server->start();
}

void Control::tick() {
  const std::uint64_t before = policies_.state().live.generation;
  policies_.tick();
  if (const std::uint64_t now = policies_.state().live.generation; now != before) {
    parts_.audit->note(
        {kSelf, "", "policy_expired", "policy " + std::to_string(now), "done", "nobody confirmed the one before"});
  }
  grants_.tick();
  parts_.keys->tick();
  retention_.tick(std::time(nullptr));
  tell_log();
  parts_.audit->tick();
  if (config_.stats_seconds != 0 && std::chrono::steady_clock::now() >= stats_due_) tell_stats();
}

// While a caller has its turn, the record waits for the next second.
void Control::tell_stats() {
  const std::unique_lock lock(turnstile_.one, std::try_to_lock);
  if (!lock) return;
  parts_.stats.leave(desk_.stats_line());
  const auto now = std::chrono::steady_clock::now();
  while (stats_due_ <= now) stats_due_ += std::chrono::seconds(config_.stats_seconds);
}

void Control::stop() {
  for (auto& server : servers_) {
    if (server != nullptr) server->stop();
  }
  servers_.clear();
}

void Control::end_log() {
  if (parts_.audit == nullptr || !started_) return;
  started_ = false;
  tell_log();
  const audit::Event stop{kSelf, "", "stop", "pellucidd " PELLUCID_VERSION, "done", ""};
  parts_.audit->close(&stop);
}

void Control::note_reopen() { parts_.audit->note({kSelf, "", "sinks_reopen", "all sinks", "done", "signal"}); }

}  // namespace pellucid::app
