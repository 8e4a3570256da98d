#include "app/cli/grant.h"

#include <cstdio>
#include <ctime>

#include "app/cli/authority.h"
#include "app/cli/grant_live.h"
#include "app/cli/remote.h"
#include "app/grant_words.h"
#include "lib/base/when.h"

namespace pellucid::app {

namespace {

struct CheckFlags {
  std::string file;
  std::string authorities;
  std::string appliance;
};

// Why a grant gives no right now; empty: it does.
std::string refusal_of(const OpenedGrant& opened, const keys::AuthoritySet& set, const CheckFlags& flags, std::int64_t now_s,
                       keys::Reason& reason) {
  const keys::Grant& g = opened.grant;
  const unsigned good = quorum_of(opened.document);
  reason = keys::Reason::no_grant;
  std::string refusal = keys::refuse_grant(g, set, good, flags.appliance);
  if (!refusal.empty()) return refusal;
  reason = keys::Judge(g, set, good).live({now_s, keys::Clock::sure, keys::Life::live, g.quota});
  if (reason == keys::Reason::not_yet)
    return "not live before " + write_moment(g.not_before_s) + "; wait, or have it made anew";
  if (reason == keys::Reason::expired) return "expired since " + write_moment(g.not_after_s) + "; have another one signed";
  return {};
}

int check(const Globals& g, const CheckFlags& flags) {
  const std::int64_t now_s = std::time(nullptr);
  const OpenedSet set = pinned_set(flags.authorities, now_s);
  OpenedGrant opened;
  std::string problem;
  if (!open_grant(read_signed_file(flags.file, "a signed grant"), flags.file, set.set, now_s, opened, problem)) {
    throw failure_of(kInvalid, "invalid_grant", problem);
  }
  keys::Reason reason;
  const std::string refusal = refusal_of(opened, set.set, flags, now_s, reason);
  if (g.json) {
    Json j = json_of(opened, set.set);
    j.update({{"schema", 1}, {"file", flags.file}, {"live", refusal.empty()}});
    if (!refusal.empty()) j["reason"] = label(reason);
    std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  } else if (!g.quiet) {
    std::printf("%s: %s\n%s", opened.grant.id.c_str(), refusal.empty() ? "live" : "not live",
                text_of(words_of(opened, set.set)).c_str());
  }
  if (!refusal.empty()) throw failure_of(kDenied, "not_authorised", flags.file + ": " + refusal);
  return kDone;
}

}  // namespace

void add_grant(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("grant", "Grants: what may be opened, signed by authorities");
  verb->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* c = verb->add_subcommand("check", "Say what a grant allows, who signed it and whether it is live; asks no daemon");
  c->add_option("FILE", flags->file, "grant, in CMS; in YAML before it is signed; see docs/GRANTS.md")->required();
  c->add_option("--authorities", flags->authorities, "the authority set whose signatures count")->required()->type_name("FILE");
  c->add_option("--appliance", flags->appliance, "also whether it is for the appliance of this name")->type_name("NAME");
  c->callback([&g, &code, flags] { code = guarded(g, [&] { return check(g, *flags); }); });
  c->fallthrough();
  add_grant_live(*verb, g, code);
}

}  // namespace pellucid::app
