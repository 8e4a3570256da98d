#include "app/daemon/routes.h"

#include "app/daemon/ask.h"
#include "app/daemon/grant_routes.h"
#include "app/daemon/key_routes.h"
#include "lib/export/text.h"

namespace pellucid::app {

namespace {

using engine::Reply;
using engine::Role;
using engine::Roles;

// What an operator needs to see in order to decide, an auditor in order to judge. Who allows or holds keys sees no traffic.
constexpr Roles kSee{Role::view, Role::operate, Role::audit};
constexpr Roles kDecide{Role::operate};
// Grants are no traffic: who allows sees what is allowed.
constexpr Roles kSeeGrants{Role::view, Role::operate, Role::authorise, Role::audit};
constexpr Roles kAllow{Role::authorise};
// So are keys by their public halves; who holds the private ones decides nothing else.
constexpr Roles kSeeKeys{Role::view, Role::operate, Role::keys, Role::audit};
constexpr Roles kHold{Role::keys};
constexpr Roles kInspect{Role::audit};
constexpr unsigned kMaxEntries = 1000;  // of one answer

Reply whoami(Ask& a) {
  Json roles = Json::array();
  for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
    if (a.roles.has(static_cast<Role>(i))) roles.push_back(engine::kRoleLabels[i]);
  }
  return reply_of(Json{{"name", a.request.caller.name}, {"roles", roles}});
}

Reply list_routes(Ask&) {
  Json list = Json::array();
  for (const Route& r : routes()) {
    Json who = Json::array();
    for (unsigned i = 0; i < engine::kRoleLabels.size(); ++i) {
      if (r.who.has(static_cast<Role>(i))) who.push_back(engine::kRoleLabels[i]);
    }
    list.push_back({{"method", r.method}, {"path", r.path}, {"roles", who}, {"query", r.query}, {"about", r.about}});
  }
  return reply_of(Json{{"routes", list}});
}

Reply status(Ask& a) {
  StatusView view = a.desk.status();
  const Policies::State state = a.policies.state();
  for (const std::string& problem : state.problems) view.reasons.push_back(problem);
  for (const std::string& problem : a.grants.problems()) view.reasons.push_back(problem);
  for (const std::string& problem : a.keys.problems()) view.reasons.push_back(problem);
  const AuditLog::State audit = a.audit.state();
  if (!audit.problem.empty()) view.reasons.push_back(audit.problem);
  Json out = json_of(view);
  out["policy"] = json_of(state.live);
  out["pending"] = json_of(state.pending);
  out["audit"] = Json{{"entries", audit.entries}, {"checkpoint_s", audit.checkpoint_s}, {"writing", audit.problem.empty()}};
  const Grants::Outlook grants = a.grants.outlook();
  out["authority_set"] = grants.set.empty() ? Json(nullptr) : Json(grants.set);
  const std::string& why = grants.problem.empty() ? audit.problem : grants.problem;
  out["decryption"] =
      Json{{"enabled", why.empty()}, {"reason", why}, {"generation", grants.generation}, {"live_grants", grants.live}};
  return reply_of(out);
}

Reply flows(Ask& a) {
  const FlowFilter filter = flow_filter(a);
  const FlowList list = a.desk.flows(filter);
  return reply_of(Json{{"matched", list.matched}, {"silent_workers", list.silent_workers}, {"flows", json_of(list.rows)}});
}

Reply flow(Ask& a) {
  const auto found = a.desk.flow(number_of("flow_id", a.item, 0, ~std::uint64_t{0}));
  if (!found)
    throw Refusal{404, "not_found", "no live flow has the id " + a.item, "see show flows; what has ended is in the records"};
  return reply_of(Json{{"flow", json_of(*found)}});
}

Reply apps(Ask& a) {
  const AppList list = a.desk.apps(limit_of(a, 1000, 50));
  return reply_of(Json{{"silent_workers", list.silent_workers}, {"apps", json_of(list.rows)}});
}

Reply policy_text(Ask& a, std::uint64_t generation) {
  Revision revision;
  const auto text = a.policies.text(generation, revision);
  if (!text) throw Refusal{404, "not_found", "there is no policy " + std::to_string(generation), "see policy history"};
  return reply_of(Json{{"revision", json_of(revision)}, {"pending", json_of(a.policies.state().pending)}, {"text", *text}});
}

Json json_of(const Policies::Result& r) {
  return {{"generation", r.generation}, {"published", app::json_of(r.published)}, {"pending", app::json_of(r.pending)}};
}

// What was decided, and what was refused, stands in the audit log before the caller hears of it.
Reply outcome(const Ask& a, const char* action, const Policies::Result& r, const std::string& message = {}) {
  const bool done = r.refusal == Policies::Refusal::none;
  a.audit.note({a.request.caller.name, "operate", action, "policy " + std::to_string(r.generation), done ? "done" : "refused",
                done ? message : r.problem});
  refuse_unless_done(r.refusal, r.problem);
  return reply_of(json_of(r));
}

Reply preview(Ask& a, const Policies::Proposal& proposal) {
  const Policies::Preview p = a.policies.preview(proposal);
  refuse_unless_done(p.refusal, p.problem);
  return reply_of(Json{{"generation", p.generation}, {"changes", json_of(p.changes)}, {"impact", json_of(p.impact)}});
}

Reply apply(Ask& a) {
  Body body(a, {"text", "file", "message", "expect_generation", "confirm_seconds", "dry_run"});
  const Policies::Proposal proposal = body.proposal();
  if (body.truth("dry_run")) return preview(a, proposal);
  return outcome(a, "policy_apply", a.policies.apply(proposal), proposal.author.message);
}

Reply roll_back(Ask& a) {
  Body body(a, {"to", "message"});
  const Policies::Author author{a.request.caller.name, body.text("message", kMaxMessage)};
  return outcome(a, "policy_rollback", a.policies.roll_back(body.number("to", 1, ~std::uint64_t{0}), author), author.message);
}

Reply audit_entries(Ask& a) {
  std::uint64_t from = 1;
  for (const auto& [key, value] : a.request.query) {
    if (key == "from") from = number_of("from", value, 1, ~std::uint64_t{0});
  }
  const unsigned most = limit_of(a, kMaxEntries, 100);
  const std::uint64_t last = a.audit.state().entries;
  std::vector<std::string> lines;
  std::string problem;
  if (!a.audit.read(from, most, lines, problem)) throw Refusal{500, "failed", problem, "see the log of the daemon"};
  const std::string until = std::to_string(from + std::max<std::size_t>(lines.size(), 1) - 1);
  a.audit.note({a.request.caller.name, "audit", "audit_read", "entries " + std::to_string(from) + " to " + until, "done", ""});
  return reply_of(Json{{"last", last}, {"entries", lines}});
}

// Of a record that nobody but the caller has seen: its digest tells nothing without it.
Reply audit_proof(Ask& a) {
  audit::Hash leaf;
  if (!audit::read_hash(a.item, leaf)) throw Refusal{400, "bad_request", a.item + " is no SHA-256", "see docs/AUDIT.md"};
  const auto standing = a.audit.find(leaf);
  a.audit.note(
      {a.request.caller.name, "audit", "audit_read", "a proof", standing ? "done" : "refused", standing ? "" : "no such leaf"});
  if (!standing) return reply_of(Json{{"entry", nullptr}});
  const openssl::Digests digests;
  Json path = Json::array();
  for (const audit::Hash& hash : audit::path_of(digests, standing->found.leaves, standing->found.which)) {
    path.emplace_back();
    std::string hex;
    exporter::write_hex(hex, hash);
    path.back() = hex;
  }
  return reply_of(Json{
      {"entry", standing->entry}, {"which", standing->found.which}, {"leaves", standing->found.leaves.size()}, {"path", path}});
}

constexpr Route kRoutes[] = {
    {"GET", "/v1", {}, "", "this table", list_routes},
    {"GET", "/v1/whoami", {}, "", "the caller's name and roles", whoami},
    {"GET", "/v1/status", kSee, "", "state, totals, the live policy and what is pending", status},
    {"GET", "/v1/ports", kSee, "", "ports with their counters",
     [](Ask& a) {
       return reply_of(Json{{"ports", json_of(a.desk.ports())}});
     }},
    {"GET", "/v1/workers", kSee, "", "workers with their counters",
     [](Ask& a) {
       return reply_of(Json{{"workers", json_of(a.desk.workers())}});
     }},
    {"GET", "/v1/sinks", kSee, "", "sinks of records",
     [](Ask& a) {
       return reply_of(Json{{"sinks", json_of(a.desk.sinks())}});
     }},
    {"GET", "/v1/flows", kSee, "network port proto app level min_bytes limit", "live flows that fit all filters", flows},
    {"GET", "/v1/flows/{flow_id}", kSee, "", "one live flow", flow},
    {"GET", "/v1/apps", kSee, "limit", "live flows summed up by application, most bytes first", apps},
    {"GET", "/v1/metrics", kSee, "", "all metrics as Prometheus' text",
     [](Ask& a) {
       return Reply{200, "text/plain; version=0.0.4; charset=utf-8", a.desk.metrics_text()};
     }},
    {"GET", "/v1/config", kSee, "", "the configuration as it was read",
     [](Ask& a) {
       return reply_of(Json{{"text", a.desk.configuration()}});
     }},
    {"GET", "/v1/policy", kSee, "", "the live policy",
     [](Ask& a) { return policy_text(a, a.policies.state().live.generation); }},
    {"POST", "/v1/policy", kDecide, "", "applies a policy, or says what it would change", apply},
    {"POST", "/v1/policy/diff", kSee, "", "what a policy would change",
     [](Ask& a) {
       return preview(a, Body(a, {"text", "file", "expect_generation"}).proposal());
     }},
    {"POST", "/v1/policy/confirm", kDecide, "", "keeps a policy that was applied with confirm_seconds",
     [](Ask& a) {
       Body(a, {});
       return outcome(a, "policy_confirm", a.policies.confirm());
     }},
    {"POST", "/v1/policy/rollback", kDecide, "", "makes an earlier policy live again", roll_back},
    {"GET", "/v1/policy/history", kSee, "", "revisions, newest first",
     [](Ask& a) {
       return reply_of(Json{{"revisions", json_of(a.policies.history())}, {"pending", json_of(a.policies.state().pending)}});
     }},
    {"GET", "/v1/policy/history/{generation}", kSee, "", "one revision with its text",
     [](Ask& a) { return policy_text(a, number_of("generation", a.item, 1, ~std::uint64_t{0})); }},
    {"GET", "/v1/authorities", kSeeGrants, "", "the authority set in force", show_authorities},
    {"POST", "/v1/authorities", kAllow, "", "pins the first authority set, or the one that follows", import_authorities},
    {"GET", "/v1/grants", kSeeGrants, "", "grants, and whether they are live", list_grants},
    {"POST", "/v1/grants", kAllow, "", "imports a signed grant", import_grant},
    {"GET", "/v1/grants/{id}", kSeeGrants, "", "one grant", show_grant},
    {"POST", "/v1/grants/revoke", kAllow, "", "revokes a grant, for good", revoke_grant},
    {"GET", "/v1/keys", kSeeKeys, "", "long-term keys, by what is public of them", list_keys},
    {"POST", "/v1/keys", kHold, "", "imports the keys of a key file, into memory alone", import_keys},
    {"DELETE", "/v1/keys", kHold, "", "zeroises all keys", zeroise_keys},
    {"DELETE", "/v1/keys/{id}", kHold, "", "zeroises one key", zeroise_key},
    {"GET", "/v1/audit", kInspect, "from limit", "entries of the audit log, as they stand there", audit_entries},
    {"GET", "/v1/audit/proof/{leaf}", kInspect, "", "where a decrypt record stands in the audit log, by its digest",
     audit_proof},
    {"GET", "/v1/audit/key", kInspect, "", "the public key that the audit log is signed with",
     [](Ask& a) {
       return reply_of(Json{{"public_key", a.audit.public_key()}});
     }},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Reply reply_of(const Json& fields) {
  Json out{{"schema", kApiSchema}};
  out.update(fields);
  return {200, "application/json", out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

Reply reply_of(const Refusal& r) {
  Json error{{"code", r.code}, {"reason", r.reason}, {"remedy", r.remedy}};
  error.update(r.more);
  Reply reply = reply_of(Json{{"error", error}});
  reply.status = r.status;
  return reply;
}

}  // namespace pellucid::app
