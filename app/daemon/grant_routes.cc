#include "app/daemon/grant_routes.h"

#include "app/daemon/ask.h"
#include "app/grant_words.h"
#include "app/problem.h"

namespace pellucid::app {

namespace {

using engine::Reply;
using keys::Quota;

Json bounded(std::uint64_t n) { return n == Quota::kUnbounded ? Json(nullptr) : Json(n); }

Json revocation_of(const keys::Revocation& r) {
  return r.when_s == 0 ? Json(nullptr) : Json{{"time", r.when_s}, {"reason", r.why}};
}

Json json_of(const GrantView& v, const std::optional<OpenedSet>& set) {
  return {{"id", v.entry.id},
          {"state", v.reason == keys::Reason::none ? "live" : std::string(label(v.reason))},
          {"not_after", v.entry.not_after_s},
          {"sessions_left", bounded(v.standing.left.sessions)},
          {"bytes_left", bounded(v.standing.left.bytes)},
          {"revocation", revocation_of(v.entry.revocation)},
          {"grant", v.opened && set ? app::json_of(*v.opened, set->set) : Json(nullptr)}};
}

void refuse_unless_done(const Grants::Result& r, const char* invalid) {
  using R = Grants::Refusal;
  if (r.refusal == R::none) return;
  const Problem p = split_problem(r.problem);
  if (r.refusal == R::invalid) {
    Refusal refusal{422, invalid, p.reason, p.remedy, Json::object()};
    if (!p.file.empty()) refusal.more["file"] = p.file;
    if (p.line != 0) refusal.more.update({{"line", p.line}, {"column", p.column}});
    throw refusal;
  }
  const std::size_t cut = r.problem.find("; ");
  const std::string reason = r.problem.substr(0, cut);
  const std::string remedy = cut == std::string::npos ? "" : r.problem.substr(cut + 2);
  if (r.refusal == R::denied) throw Refusal{403, "not_authorised", reason, remedy, Json::object()};
  throw Refusal{500, "failed", reason, remedy, Json::object()};
}

Grants::Upload upload_of(Ask& a) {
  const Body body(a, {"text", "file"});
  const std::string file = body.text("file", 1024);
  return {body.text("text", keys::kMaxSigned), file.empty() ? "the file" : file};
}

// What was decided, and what was refused, stands in the audit log before the caller hears of it.
void note(const Ask& a, const char* action, const std::string& object, const Grants::Result& r, const std::string& why = {}) {
  const bool done = r.refusal == Grants::Refusal::none;
  a.audit.note({a.request.caller.name, "authorise", action, object, done ? "done" : "refused", done ? why : r.problem});
}

}  // namespace

Reply show_authorities(Ask& a) {
  const auto set = a.grants.set();
  return reply_of(Json{{"authorities", set ? app::json_of(*set) : Json(nullptr)}, {"problems", a.grants.problems()}});
}

Reply import_authorities(Ask& a) {
  const Grants::Upload upload = upload_of(a);
  const Grants::Result done = a.grants.import_set(upload);
  note(a, "authority_import", "sha256 " + a.audit.hex_digest(upload.text), done);
  refuse_unless_done(done, "invalid_authorities");
  return show_authorities(a);
}

Reply list_grants(Ask& a) {
  Json list = Json::array();
  const auto set = a.grants.set();
  for (const GrantView& v : a.grants.list()) list.push_back(json_of(v, set));
  return reply_of(Json{{"grants", list}, {"problems", a.grants.problems()}});
}

Reply show_grant(Ask& a) {
  const auto found = a.grants.find(a.item);
  if (!found) throw Refusal{404, "not_found", "there is no grant " + a.item, "see grant list", Json::object()};
  return reply_of(Json{{"grant", json_of(*found, a.grants.set())}});
}

Reply import_grant(Ask& a) {
  const Grants::Upload upload = upload_of(a);
  const Grants::Result done = a.grants.import_grant(upload);
  note(a, "grant_import", "grant " + done.id + ", sha256 " + a.audit.hex_digest(upload.text), done);
  refuse_unless_done(done, "invalid_grant");
  return reply_of(Json{{"grant", json_of(*a.grants.find(done.id), a.grants.set())}});
}

Reply revoke_grant(Ask& a) {
  const Body body(a, {"id", "reason"});
  const std::string why = body.text("reason", keys::kMaxWhy);
  const Grants::Result done = a.grants.revoke(body.text("id", 64), why);
  note(a, "grant_revoke", "grant " + body.text("id", 64), done, why);
  refuse_unless_done(done, "bad_request");
  return reply_of(Json{{"id", done.id}});
}

}  // namespace pellucid::app
