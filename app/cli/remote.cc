#include "app/cli/remote.h"

#include <signal.h>

#include <charconv>
#include <cstdio>

#include "app/problem.h"
#include "drivers/ctl/http/client.h"

namespace pellucid::app {

namespace {

ctl::Target target_of(const Globals& g) {
  ctl::Target t;
  t.cert = g.cert;
  t.key = g.key;
  t.ca = g.ca;
  t.timeout_s = g.timeout_s;
  constexpr std::string_view kUnix = "unix:", kHttps = "https://";
  const Failure wrong =
      failure_of(kUsage, "usage", "--connect " + g.connect + " is not understood", "give unix:PATH or https://HOST:PORT");
  if (g.connect.starts_with(kUnix) && g.connect.size() > kUnix.size()) {
    t.socket = g.connect.substr(kUnix.size());
    return t;
  }
  if (!g.connect.starts_with(kHttps)) throw wrong;
  std::string place = g.connect.substr(kHttps.size());
  if (place.ends_with('/')) place.pop_back();
  const std::size_t colon = place.rfind(':');
  if (colon == std::string::npos || colon == 0) throw wrong;
  const char* end = place.data() + place.size();
  const auto [at, error] = std::from_chars(place.data() + colon + 1, end, t.port);
  if (error != std::errc() || at != end || t.port < 1 || t.port > 65535) throw wrong;
  t.host = place.substr(0, colon);
  if (t.host.starts_with('[') && t.host.ends_with(']')) t.host = t.host.substr(1, t.host.size() - 2);
  if (t.cert.empty() != t.key.empty()) throw failure_of(kUsage, "usage", "--cert and --key go together", "give both");
  return t;
}

ExitCode exit_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return kDenied;
    case 409:
      return kConflict;
    case 413:
    case 422:
      return kInvalid;
    default:
      return kFailed;
  }
}

// What the other side sends must not steer the terminal.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  return out;
}

}  // namespace

void add_globals(CLI::App& app, Globals& g) {
  app.add_flag("--json", g.json, "answer as one JSON object; errors too");
  app.add_option("--connect", g.connect, "where the daemon listens: unix:PATH or https://HOST:PORT")
      ->envname("PELLUCID_CONNECT")
      ->capture_default_str()
      ->type_name("WHERE");
  app.add_option("--cert", g.cert, "certificate to show to the daemon, PEM")->type_name("FILE");
  app.add_option("--key", g.key, "its key, PEM")->type_name("FILE");
  app.add_option("--ca", g.ca, "authority that signed the daemon's certificate, PEM")->type_name("FILE");
  app.add_option("--timeout", g.timeout_s, "seconds to wait for an answer")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str()
      ->type_name("SECONDS");
  app.add_flag("--quiet", g.quiet, "say nothing that is not asked for");
  app.add_flag("--no-color", g.no_color, "no colours; also where NO_COLOR is set, or no terminal reads");
}

Failure failure_of(ExitCode code, const char* word, std::string reason, std::string remedy) {
  return {code, {{"code", word}, {"reason", std::move(reason)}, {"remedy", std::move(remedy)}}};
}

Failure failure_of(ExitCode code, const char* word, const std::string& problem) {
  const Problem p = split_problem(problem);
  Failure f = failure_of(code, word, p.reason, p.remedy);
  if (!p.file.empty()) f.error["file"] = p.file;
  if (p.line != 0) f.error.update({{"line", p.line}, {"column", p.column}});
  return f;
}

int complain(const Globals& globals, const Failure& f) {
  if (globals.json) {
    std::fprintf(stderr, "%s\n",
                 Json{{"schema", 1}, {"error", f.error}}.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return f.code;
  }
  std::string line = "pellucid: ";
  if (f.error.contains("file")) {
    line += f.error["file"].get<std::string>() + ":";
    for (const char* part : {"line", "column"}) {
      if (f.error.contains(part)) line += std::to_string(f.error[part].get<std::uint64_t>()) + ":";
    }
    line += " ";
  }
  line += f.error.value("reason", "no reason was given");
  if (const std::string remedy = f.error.value("remedy", ""); !remedy.empty()) line += "; " + remedy;
  std::fprintf(stderr, "%s\n", plain(line).c_str());
  return f.code;
}

Remote::Remote(const Globals& globals) : client_(std::make_unique<ctl::Client>(target_of(globals))) {
  signal(SIGPIPE, SIG_IGN);  // a daemon that hangs up is an error to report, not our end
}
Remote::~Remote() = default;

std::string Remote::ask(const std::string& method, const std::string& path, const std::string& body) {
  ctl::Answer answer;
  std::string problem;
  if (!client_->ask(method, path, body, answer, problem)) {
    const std::size_t cut = problem.find("; ");
    throw failure_of(kUnreachable, "unreachable", problem.substr(0, cut),
                     cut == std::string::npos ? "" : problem.substr(cut + 2));
  }
  if (answer.status == 200) return std::move(answer.body);
  const Json said = Json::parse(answer.body, nullptr, false);
  if (said.is_object() && said.contains("error") && said["error"].is_object())
    throw Failure{exit_of(answer.status), said["error"]};
  throw failure_of(kFailed, "bad_answer", "the daemon answered with status " + std::to_string(answer.status),
                   "is it pellucidd that listens there?");
}

Json Remote::get(const std::string& path) { return Json::parse(ask("GET", path, "")); }
Json Remote::post(const std::string& path, const Json& body) {
  return Json::parse(ask("POST", path, body.dump(-1, ' ', false, Json::error_handler_t::replace)));
}
Json Remote::drop(const std::string& path) { return Json::parse(ask("DELETE", path, "")); }
std::string Remote::text(const std::string& path) { return ask("GET", path, ""); }

}  // namespace pellucid::app
