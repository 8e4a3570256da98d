#include "app/daemon/api.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "app/daemon/routes.h"

namespace pellucid::app {

namespace {

using engine::Reply;
using engine::Request;
using engine::Roles;

constexpr std::chrono::seconds kPatience{5};  // for the caller before

const char* code_of(int status) {
  switch (status) {
    case 401:
      return "unknown_caller";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "timeout";
    case 411:
      return "length_required";
    case 413:
    case 414:
    case 431:
      return "too_large";
    case 415:
      return "unsupported_type";
    case 503:
      return "busy";
    default:
      return status < 500 ? "bad_request" : "failed";
  }
}

Refusal refusal(int status, std::string reason, std::string remedy) {
  return {status, code_of(status), std::move(reason), std::move(remedy), Json::object()};
}

// Whether a path is a route's; `item` gets what stands for its {…}.
bool fits(std::string_view route, std::string_view path, std::string& item) {
  const std::size_t brace = route.find('{');
  if (brace == std::string_view::npos) return route == path;
  if (!path.starts_with(route.substr(0, brace))) return false;
  const std::string_view rest = path.substr(brace);
  if (rest.empty() || rest.find('/') != std::string_view::npos) return false;
  item = rest;
  return true;
}

const Route& route_of(const Request& request, std::string& item) {
  std::string others;
  for (const Route& r : routes()) {
    if (!fits(r.path, request.path, item)) continue;
    if (request.method == r.method) return r;
    others += (others.empty() ? "" : ", ") + std::string(r.method);
  }
  if (!others.empty()) throw refusal(405, request.path + " is not asked with " + request.method, "use " + others);
  throw refusal(404, "there is nothing at " + request.path, "GET /v1 lists what can be asked");
}

std::string list_of(Roles roles) {
  std::string out;
  for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
    if (roles.has(static_cast<engine::Role>(i))) out += (out.empty() ? "" : ", ") + std::string(engine::kRoleLabels[i]);
  }
  return out;
}

void judge(const Request& request, const Route& route, Roles roles) {
  const std::string& name = request.caller.name;
  if (request.caller.way == engine::Caller::Way::anyone) {
    throw refusal(401, "nothing says who asks", "connect by the Unix socket, or show a certificate");
  }
  if (roles.conflict()) {
    throw refusal(403, name + " is " + list_of(roles) + ": nobody may be two of operate, authorise and keys",
                  "take all but one of them from " + name);
  }
  if (roles.empty()) {
    throw refusal(403, name + " has no role here", "add it to one of the groups, or its certificate's name, of `control`");
  }
  if (!route.who.empty() && !route.who.meets(roles)) {
    throw refusal(403, name + " is " + list_of(roles) + " and may not do this", "it takes one of: " + list_of(route.who));
  }
}

void check_query(const Request& request, const Route& route) {
  std::set<std::string> seen;
  for (const auto& [key, value] : request.query) {
    const std::string known = " " + std::string(route.query) + " ";
    if (key.empty() || key.find(' ') != std::string::npos || known.find(" " + key + " ") == std::string::npos) {
      throw refusal(400, "parameter `" + key + "` is not known here", "GET /v1 lists parameters");
    }
    if (!seen.insert(key).second) throw refusal(400, "parameter `" + key + "` is there twice", "give it once");
  }
}

std::unique_lock<std::timed_mutex> wait_turn(Turnstile& turnstile) {
  std::unique_lock lock(turnstile.one, kPatience);
  if (!lock) throw refusal(503, "the daemon is busy with another question", "try again");
  return lock;
}

// What handlers throw, in the form in which callers get it. Nothing else may end the daemon.
template <class Do>
Reply guarded(Do&& act) {
  try {
    return act();
  } catch (const Refusal& r) {
    return reply_of(r);
  } catch (const std::exception& e) {
    return reply_of(refusal(500, std::string("internal error: ") + e.what(), "please report it"));
  }
}

Reply say_health(bool good, const Health& health) {
  std::string text = good ? "ok\n" : "";
  for (const std::string& reason : health.reasons) text += reason + "\n";
  return {good ? 200 : 503, "text/plain; charset=utf-8", good ? "ok\n" : text.empty() ? "no\n" : text};
}

}  // namespace

Reply Api::admit(const Request& head) {
  return guarded([&] {
    std::string item;
    const Route& route = route_of(head, item);
    judge(head, route, roles_.of(head.caller));
    check_query(head, route);
    return Reply{};
  });
}

Reply Api::answer(const Request& request) {
  return guarded([&] {
    std::string item;
    const Route& route = route_of(request, item);
    const Roles roles = roles_.of(request.caller);
    judge(request, route, roles);
    const auto lock = wait_turn(turnstile_);
    Ask ask{turnstile_.desk, turnstile_.policies, turnstile_.grants, turnstile_.keys, turnstile_.audit, request, roles, item};
    return route.handle(ask);
  });
}

Reply Api::refuse(int status, std::string_view reason) {
  return reply_of(refusal(status, std::string(reason), "see docs/API.md"));
}

Reply Scrape::admit(const Request& head) {
  if (head.method != "GET") return refuse(405, "use GET");
  if (head.path == "/metrics" || head.path == "/healthz" || head.path == "/readyz") return {};
  return refuse(404, "there are /metrics, /healthz and /readyz");
}

Reply Scrape::answer(const Request& request) {
  return guarded([&]() -> Reply {
    if (request.path == "/healthz") {
      const Health health = turnstile_.desk.health();
      return say_health(health.alive, health);
    }
    if (request.path == "/readyz") {
      const Health health = turnstile_.desk.health();
      return say_health(health.ready, health);
    }
    const auto lock = wait_turn(turnstile_);
    return {200, "text/plain; version=0.0.4; charset=utf-8", turnstile_.desk.metrics_text()};
  });
}

Reply Scrape::refuse(int status, std::string_view reason) {
  return {status, "text/plain; charset=utf-8", std::string(reason) + "\n"};
}

}  // namespace pellucid::app
