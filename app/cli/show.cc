#include "app/cli/show.h"

#include <unistd.h>

#include "app/cli/remote.h"
#include "app/cli/table.h"

namespace pellucid::app {

namespace {

void write(const Json& j) { std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }
void write(const Table& t) { std::fputs(t.text().c_str(), stdout); }

std::string words(const Json& j, const char* key) { return printable(j.at(key).get<std::string>()); }
std::string count(const Json& j, const char* key) { return grouped(j.at(key).get<std::uint64_t>()); }
std::uint64_t number(const Json& j, const char* key) { return j.at(key).get<std::uint64_t>(); }
std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string colored(const Globals& g, const std::string& word, const char* color) {
  const bool plain = g.no_color || std::getenv("NO_COLOR") != nullptr || isatty(STDOUT_FILENO) == 0;
  return plain ? word : std::string(color) + word + "\033[0m";
}

void line(const char* name, const std::string& text) { std::printf("%-10s  %s\n", name, text.c_str()); }

void write_status(const Globals& g, const Json& j) {
  const bool good = j.at("state") == "ok";
  line("state", colored(g, words(j, "state"), good ? "\033[32m" : "\033[33m"));
  for (const auto& reason : j.at("reasons")) line("", printable(reason.get<std::string>()));
  line("daemon", "pellucidd " + words(j, "version") + " on " + or_dash(words(j, "host")) + ", up " +
                     span_of(number(j, "uptime")) + ", process " + std::to_string(number(j, "pid")));
  line("packets", count(j, "packets") + " (" + scaled(number(j, "bytes")) + ") by " + count(j, "workers") + " workers from " +
                      count(j, "ports") + " ports; missed " + count(j, "missed") + ", not understood " +
                      count(j, "parse_errors"));
  line("flows",
       count(j, "flows") + " live of " + count(j, "flow_capacity") + "; " + count(j, "flows_created") + " since start");
  line("records", count(j, "records") + "; dropped " + count(j, "records_dropped"));
  const Json& policy = j.at("policy");
  line("policy", "generation " + count(policy, "generation") + ", " + words(policy, "kind") + " by " +
                     or_dash(words(policy, "author")) + " at " + moment(number(policy, "time")));
  if (const Json& pending = j.at("pending"); !pending.is_null()) {
    line("", "waits to be confirmed until " + moment(number(pending, "deadline")) + ", then generation " +
                 count(pending, "previous") + " comes back");
  }
  const Json& decryption = j.at("decryption");
  line("decryption", decryption.at("enabled").get<bool>() ? count(decryption, "live_grants") + " live grants under set " +
                                                                words(j, "authority_set").substr(0, 16)
                                                          : "none: " + printable(words(decryption, "reason")));
  const Json& audit = j.at("audit");
  line("audit", count(audit, "entries") + " entries, last signed at " +
                    (number(audit, "checkpoint_s") == 0 ? "-" : moment(number(audit, "checkpoint_s"))));
  if (!j.at("clock_synchronised").get<bool>()) line("clock", colored(g, "not synchronised", "\033[33m"));
}

int status(const Globals& g) {
  const Json j = Remote(g).get("/v1/status");
  if (g.json) {
    write(j);
  } else if (!g.quiet) {
    write_status(g, j);
  }
  return j.at("state") == "ok" ? kDone : kDifferent;
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%",
                whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

void write_ports(const Json& j) {
  Table t({"PORT", "DRIVER", "LINK", "SPEED", "QUEUES", "SPREAD", "PACKETS", "BYTES", "MISSED", "NO BUFFER", "ERRORS"});
  for (const Json& p : j.at("ports")) {
    const std::uint64_t mbps = number(p, "mbps");
    t.add({words(p, "name"), words(p, "driver"), p.at("up").get<bool>() ? "up" : "down",
           mbps == 0 ? "-" : scaled(static_cast<double>(mbps) * 1e6, "bit/s"), count(p, "queues"), words(p, "spread"),
           count(p, "packets"), scaled(number(p, "bytes")), count(p, "missed"), count(p, "no_buffer"), count(p, "errors")});
  }
  write(t);
}

void write_workers(const Json& j) {
  Table t({"WORKER", "CORE", "BUSY", "PACKETS", "BYTES", "FLOWS", "OF", "SENT", "TAKEN", "LOST", "RECORDS", "DROPPED", "NOTE"});
  for (const Json& w : j.at("workers")) {
    const std::uint64_t busy = number(w, "busy_cycles");
    t.add({count(w, "worker"), count(w, "core"), share(busy, busy + number(w, "idle_cycles")), count(w, "packets"),
           scaled(number(w, "bytes")), count(w, "flows"), count(w, "capacity"), count(w, "handover_sent"),
           count(w, "handover_taken"), count(w, "handover_dropped"), count(w, "records"), count(w, "records_dropped"),
           w.at("stale").get<bool>() ? "does not answer" : ""});
  }
  write(t);
}

void write_sinks(const Json& j) {
  Table t({"SINK", "TYPE", "STATE", "RECORDS", "BYTES", "QUEUED", "DROPPED", "PATH", "LAST ERROR"});
  for (const Json& s : j.at("sinks")) {
    std::string dropped;
    for (const auto& [reason, n] : s.at("dropped").items()) {
      if (n != 0) dropped += (dropped.empty() ? "" : ", ") + printable(reason) + " " + grouped(n.get<std::uint64_t>());
    }
    t.add({words(s, "name"), words(s, "type"), words(s, "state"), count(s, "records"), scaled(number(s, "bytes")),
           scaled(number(s, "queue_bytes")), dropped.empty() ? "0" : dropped, or_dash(words(s, "path")),
           or_dash(words(s, "error"))});
  }
  write(t);
}

std::string protocol(std::uint64_t proto) {
  switch (proto) {
    case 1:
      return "ICMP";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 58:
      return "ICMPv6";
    case 132:
      return "SCTP";
    default:
      return std::to_string(proto);
  }
}

std::string end_of(const Json& f, const char* ip, const char* port) {
  const std::string address = words(f, ip);
  return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(number(f, port));
}

void write_flows(const Json& j) {
  Table t({"FLOW", "PROTO", "SOURCE", "DESTINATION", "APPLICATION", "NAME", "LEVEL", "PACKETS", "BYTES"});
  for (const Json& f : j.at("flows")) {
    t.add({std::to_string(number(f, "flow_id")), protocol(number(f, "proto")), end_of(f, "src_ip", "src_port"),
           end_of(f, "dest_ip", "dest_port"), or_dash(words(f, "app")), or_dash(words(f, "name")), or_dash(words(f, "level")),
           grouped(number(f, "pkts_toserver") + number(f, "pkts_toclient")),
           scaled(number(f, "bytes_toserver") + number(f, "bytes_toclient"))});
  }
  write(t);
  const std::uint64_t matched = number(j, "matched");
  if (matched > j.at("flows").size())
    std::printf("%zu of %s flows; see --limit\n", j.at("flows").size(), grouped(matched).c_str());
}

void write_flow(const Json& j) {
  for (const auto& [key, value] : j.at("flow").items()) {
    std::printf("%-18s %s\n", key.c_str(),
                value.is_string() ? or_dash(printable(value.get<std::string>())).c_str() : value.dump().c_str());
  }
}

void write_apps(const Json& j) {
  Table t({"APPLICATION", "CATEGORY", "FLOWS", "PACKETS", "BYTES"});
  for (const Json& a : j.at("apps")) {
    t.add({or_dash(words(a, "app")), or_dash(words(a, "category")), count(a, "flows"), count(a, "packets"),
           scaled(number(a, "bytes"))});
  }
  write(t);
}

struct Question {
  std::string path;
  void (*write)(const Json&);
};

int show(const Globals& g, const Question& question) {
  const Json j = Remote(g).get(question.path);
  if (g.json) {
    write(j);
    return kDone;
  }
  question.write(j);
  if (const std::uint64_t silent = j.value("silent_workers", std::uint64_t{0}); silent != 0 && !g.quiet) {
    std::fprintf(stderr, "pellucid: %lu workers did not answer in time: what they have is missing here\n", silent);
  }
  return kDone;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char code[8];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code;
  }
  return out;
}

struct Filters {
  std::string id;
  std::string network, app, level, proto;
  unsigned port = 0;
  std::uint64_t min_bytes = 0;
  unsigned limit = 100;
};

std::string query_of(const CLI::App& verb) {
  std::string out;
  for (const CLI::Option* o : verb.get_options()) {
    if (o->count() == 0 || o->get_lnames().empty() || o->get_lnames().front() == "help") continue;
    std::string key = o->get_lnames().front();
    if (key == "min-bytes") key = "min_bytes";
    out += (out.empty() ? "?" : "&") + key + "=" + escaped(o->results().front());
  }
  return out;
}

void add_list(CLI::App& parent, const Globals& g, int& code, const char* name, const char* about, void (*writer)(const Json&)) {
  CLI::App* verb = parent.add_subcommand(name, about);
  verb->fallthrough();
  const std::string path = "/v1/" + std::string(name);
  verb->callback([&g, &code, path, verb, writer] {
    code = guarded(g, [&] { return show(g, {path + query_of(*verb), writer}); });
  });
}

}  // namespace

void add_status(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb =
      app.add_subcommand("status", "Say how the daemon fares; exit code 3 if not all is well, 6 if it does not answer");
  verb->fallthrough();
  verb->callback([&g, &code] { code = guarded(g, [&] { return status(g); }); });
  CLI::App* metrics = app.add_subcommand("metrics", "Print all metrics as Prometheus reads them");
  metrics->fallthrough();
  metrics->callback([&g, &code] {
    code = guarded(g, [&] {
      std::fputs(Remote(g).text("/v1/metrics").c_str(), stdout);
      return kDone;
    });
  });
}

void add_show(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("show", "Show ports, workers, flows, applications or sinks of the daemon");
  verb->require_subcommand(1)->fallthrough();
  add_list(*verb, g, code, "ports", "Ports with their counters", write_ports);
  add_list(*verb, g, code, "workers", "Workers with their counters", write_workers);
  add_list(*verb, g, code, "sinks", "Sinks of records, and what they lost", write_sinks);
  add_list(*verb, g, code, "apps", "Applications of live flows, most bytes first", write_apps);
  add_list(*verb, g, code, "flows", "Live flows that fit all filters", write_flows);
  auto f = std::make_shared<Filters>();
  verb->get_subcommand("apps")->add_option("--limit", f->limit, "at most so many")->check(CLI::Range(1u, 1000u));
  CLI::App* flows = verb->get_subcommand("flows");
  flows->add_option("--network", f->network, "ADDRESS or ADDRESS/BITS of either end");
  flows->add_option("--port", f->port, "port of either end")->check(CLI::Range(0u, 65535u));
  flows->add_option("--proto", f->proto, "tcp, udp, icmp, icmp6, sctp or a number");
  flows->add_option("--app", f->app, "application, as `show apps` calls it");
  flows->add_option("--level", f->level, "how far it is looked into")
      ->check(CLI::IsMember({"ignore", "count", "metadata", "classify"}));
  flows->add_option("--min-bytes", f->min_bytes, "at least so many, both directions together");
  flows->add_option("--limit", f->limit, "at most so many")->check(CLI::Range(1u, 10'000u));
  CLI::App* flow = verb->add_subcommand("flow", "One live flow");
  flow->fallthrough();
  flow->add_option("ID", f->id, "flow_id, as in records")->required()->check(CLI::Number);
  flow->callback([&g, &code, f] { code = guarded(g, [&] { return show(g, {"/v1/flows/" + escaped(f->id), write_flow}); }); });
}

}  // namespace pellucid::app
