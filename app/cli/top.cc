#include "app/cli/top.h"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>

#include "app/cli/remote.h"
#include "app/cli/screen.h"
#include "app/cli/table.h"

namespace pellucid::app {

namespace {

using Clock = std::chrono::steady_clock;

struct Flags {
  unsigned interval_s = 1;
  bool once = false;
};

struct Sample {
  Clock::time_point at;
  Json status, workers, ports, apps;
};

Sample take(Remote& remote) {
  Sample s{Clock::now(), remote.get("/v1/status"), remote.get("/v1/workers"), remote.get("/v1/ports"),
           remote.get("/v1/apps?limit=40")};
  return s;
}

std::uint64_t number(const Json& j, const char* key) { return j.at(key).get<std::uint64_t>(); }
std::string words(const Json& j, const char* key) { return printable(j.at(key).get<std::string>()); }

// A counter that fell is of a daemon that began anew.
double rate(const Json& before, const Json& now, const char* key, double seconds) {
  const std::uint64_t a = number(before, key), b = number(now, key);
  return b < a || seconds <= 0 ? 0 : static_cast<double>(b - a) / seconds;
}

double busy_share(const Json& before, const Json& now) {
  const double busy = rate(before, now, "busy_cycles", 1), idle = rate(before, now, "idle_cycles", 1);
  return busy + idle <= 0 ? 0 : 100 * busy / (busy + idle);
}

Json rates_of(const Sample& a, const Sample& b) {
  const double s = std::chrono::duration<double>(b.at - a.at).count();
  Json out{{"schema", 1}, {"seconds", s}, {"state", b.status.at("state")}, {"flows", number(b.status, "flows")}};
  constexpr std::pair<const char*, const char*> kTotals[] = {
      {"packets_per_second", "packets"}, {"bytes_per_second", "bytes"},
      {"missed_per_second", "missed"},   {"flows_per_second", "flows_created"},
      {"records_per_second", "records"}, {"records_dropped_per_second", "records_dropped"}};
  for (const auto& [name, key] : kTotals) out[name] = rate(a.status, b.status, key, s);
  out["workers"] = Json::array();
  const Json &old = a.workers.at("workers"), &now = b.workers.at("workers");
  for (std::size_t i = 0; i < now.size() && i < old.size(); ++i) {
    out["workers"].push_back({{"worker", number(now[i], "worker")},
                              {"core", number(now[i], "core")},
                              {"busy_percent", busy_share(old[i], now[i])},
                              {"packets_per_second", rate(old[i], now[i], "packets", s)},
                              {"bytes_per_second", rate(old[i], now[i], "bytes", s)},
                              {"flows", number(now[i], "flows")}});
  }
  out["ports"] = Json::array();
  const Json &before = a.ports.at("ports"), &after = b.ports.at("ports");
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    out["ports"].push_back({{"name", after[i].at("name")},
                            {"up", after[i].at("up")},
                            {"packets_per_second", rate(before[i], after[i], "packets", s)},
                            {"bytes_per_second", rate(before[i], after[i], "bytes", s)},
                            {"missed_per_second", rate(before[i], after[i], "missed", s)}});
  }
  out["apps"] = b.apps.at("apps");
  return out;
}

std::string bits(const Json& j) { return scaled(j.at("bytes_per_second").get<double>() * 8, "bit/s"); }
std::string per_second(const Json& j, const char* key, const char* unit) { return scaled(j.at(key).get<double>(), unit); }

std::string page_of(const Json& r, const Sample& s) {
  std::string out = "pellucid top - " + words(s.status, "host") + ", up " + span_of(number(s.status, "uptime")) + ", " +
                    words(s.status, "state") + ", policy " + grouped(number(s.status.at("policy"), "generation")) + "\n";
  for (const Json& reason : s.status.at("reasons")) out += "  ! " + printable(reason.get<std::string>()) + "\n";
  out += per_second(r, "packets_per_second", "pkt/s") + "  " + bits(r) + "  missed " +
         per_second(r, "missed_per_second", "/s") + "  flows " + grouped(number(s.status, "flows")) + " (" +
         per_second(r, "flows_per_second", "/s") + " new)  records " + per_second(r, "records_per_second", "/s") +
         "  dropped " + per_second(r, "records_dropped_per_second", "/s") + "\n\n";
  Table ports({"PORT", "LINK", "PACKETS", "RATE", "MISSED"});
  for (const Json& p : r.at("ports")) {
    ports.add({words(p, "name"), p.at("up").get<bool>() ? "up" : "down", per_second(p, "packets_per_second", "pkt/s"), bits(p),
               per_second(p, "missed_per_second", "/s")});
  }
  Table workers({"WORKER", "CORE", "BUSY", "PACKETS", "RATE", "FLOWS"});
  for (const Json& w : r.at("workers")) {
    char busy[16];
    std::snprintf(busy, sizeof busy, "%.0f %%", w.at("busy_percent").get<double>());
    workers.add({grouped(number(w, "worker")), grouped(number(w, "core")), busy, per_second(w, "packets_per_second", "pkt/s"),
                 bits(w), grouped(number(w, "flows"))});
  }
  Table apps({"APPLICATION", "CATEGORY", "FLOWS", "BYTES"});
  for (const Json& a : r.at("apps")) {
    apps.add({words(a, "app"), words(a, "category"), grouped(number(a, "flows")), scaled(number(a, "bytes"))});
  }
  return out + ports.text() + "\n" + workers.text() + "\n" + apps.text();
}

int once(const Globals& g, const Flags& f) {
  Remote remote(g);
  const Sample a = take(remote);
  std::this_thread::sleep_for(std::chrono::seconds(f.interval_s));
  const Sample b = take(remote);
  const Json r = rates_of(a, b);
  std::fputs(g.json ? (r.dump(2, ' ', false, Json::error_handler_t::replace) + "\n").c_str() : page_of(r, b).c_str(), stdout);
  return kDone;
}

int live(const Globals& g, const Flags& f) {
  Remote remote(g);
  std::optional<Sample> last = take(remote);  // so that what is wrong is said before the terminal is taken
  Screen screen;
  screen.draw("pellucid top - the first figures come in a moment; q ends");
  while (screen.wait(f.interval_s * 1000)) {
    try {
      Sample now = take(remote);
      screen.draw(last ? page_of(rates_of(*last, now), now) : "pellucid top - the daemon is back");
      last = std::move(now);
    } catch (const Failure& failure) {  // it may be restarting
      screen.draw("pellucid top - " + printable(failure.error.value("reason", "")));
      last.reset();
    }
  }
  return kDone;
}

int top(const Globals& g, const Flags& f) {
  if (f.once) return once(g, f);
  const bool terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (terminal && !g.json) return live(g, f);
  throw failure_of(kUsage, "usage", "top needs a terminal", "for pipes and --json there is top --once");
}

}  // namespace

void add_top(CLI::App& app, const Globals& g, int& code) {
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = app.add_subcommand("top", "Watch rates, workers and applications; q ends");
  verb->fallthrough();
  verb->add_flag("--once", flags->once, "print one page with the rates of one interval, for pipes");
  verb->add_option("--interval", flags->interval_s, "seconds between two pages")
      ->check(CLI::Range(1u, 60u))
      ->capture_default_str()
      ->type_name("SECONDS");
  verb->callback([&g, &code, flags] { code = guarded(g, [&] { return top(g, *flags); }); });
}

}  // namespace pellucid::app
