#include "app/cli/policy_live.h"

#include <charconv>

#include "app/cli/remote.h"
#include "app/cli/table.h"
#include "app/policy.h"

namespace pellucid::app {

namespace {

struct Flags {
  std::string file;
  std::string confirm;
  std::string message;
  std::uint64_t expect = 0;
  std::uint64_t generation = 0;
  bool dry_run = false;
};

void write(const Json& j) { std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }
std::uint64_t number(const Json& j, const char* key) { return j.at(key).get<std::uint64_t>(); }
std::string words(const Json& j, const char* key) { return printable(j.at(key).get<std::string>()); }

Json proposal_of(const std::string& file) {
  std::string problem;
  const auto text = read_policy_file(file, problem);
  if (!text) throw failure_of(kInvalid, "unreadable", problem);
  return {{"text", *text}, {"file", file}};
}

// 90, 90s, 5m, 1h
std::uint64_t seconds_of(const std::string& text) {
  std::uint64_t n = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, n);
  const std::string unit(at, end);
  const std::uint64_t times = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || times == 0 || n == 0 || n > 24 * 3600 / times) {
    throw failure_of(kUsage, "usage", "--confirm " + text + " is no time of at most 24 h", "write 90s, 5m or 1h");
  }
  return n * times;
}

int write_preview(const Globals& g, const Json& j) {
  if (g.json) {
    write(j);
  } else if (!g.quiet) {
    for (const Json& change : j.at("changes")) std::printf("%s\n", words(change, "line").c_str());
    const Json& impact = j.at("impact");
    std::printf("%s of %s live flows would change their level%s\n", grouped(number(impact, "changed")).c_str(),
                grouped(number(impact, "flows")).c_str(),
                number(impact, "silent_workers") == 0 ? "" : ", as far as workers answered in time");
  }
  return j.at("changes").empty() ? kDone : kDifferent;
}

int write_result(const Globals& g, const Json& j) {
  if (g.json) {
    write(j);
    return kDone;
  }
  if (g.quiet) return kDone;
  const Json& p = j.at("published");
  std::string text = "generation " + std::to_string(number(j, "generation"));
  if (number(p, "readers") != 0) {
    char ms[32];
    std::snprintf(ms, sizeof ms, "%.1f ms", static_cast<double>(number(p, "microseconds")) / 1000);
    text +=
        " live on " + std::to_string(number(p, "live_on")) + "/" + std::to_string(number(p, "readers")) + " readers in " + ms;
  } else {
    text += " stays";
  }
  if (const Json& pending = j.at("pending"); !pending.is_null()) {
    text += "; generation " + std::to_string(number(pending, "previous")) + " comes back at " +
            moment(number(pending, "deadline")) + " unless: pellucid policy confirm";
  }
  std::printf("%s\n", text.c_str());
  return kDone;
}

int apply(const Globals& g, const Flags& f, bool expected) {
  Json body = proposal_of(f.file);
  if (!f.message.empty()) body["message"] = f.message;
  if (expected) body["expect_generation"] = f.expect;
  if (!f.confirm.empty()) body["confirm_seconds"] = seconds_of(f.confirm);
  Remote remote(g);
  if (!f.dry_run) return write_result(g, remote.post("/v1/policy", body));
  body["dry_run"] = true;
  write_preview(g, remote.post("/v1/policy", body));
  return kDone;
}

int roll_back(const Globals& g, const Flags& f) {
  Json body = Json::object();
  if (f.generation != 0) body["to"] = f.generation;
  if (!f.message.empty()) body["message"] = f.message;
  return write_result(g, Remote(g).post("/v1/policy/rollback", body));
}

int history(const Globals& g) {
  const Json j = Remote(g).get("/v1/policy/history");
  if (g.json) {
    write(j);
    return kDone;
  }
  Table t({"GENERATION", "TIME", "KIND", "OF", "AUTHOR", "FILE", "MESSAGE"});
  for (const Json& r : j.at("revisions")) {
    const std::uint64_t of = number(r, "of");
    t.add({std::to_string(number(r, "generation")), moment(number(r, "time")), words(r, "kind"),
           of == 0 ? "-" : std::to_string(of), words(r, "author"), words(r, "file"), words(r, "message")});
  }
  std::fputs(t.text().c_str(), stdout);
  return kDone;
}

int show(const Globals& g, const Flags& f) {
  const Json j = Remote(g).get(f.generation == 0 ? "/v1/policy" : "/v1/policy/history/" + std::to_string(f.generation));
  if (g.json) {
    write(j);
  } else {
    std::fputs(j.at("text").get<std::string>().c_str(), stdout);
  }
  return kDone;
}

}  // namespace

int diff_live(const Globals& g, const std::string& file) {
  return guarded(g, [&] { return write_preview(g, Remote(g).post("/v1/policy/diff", proposal_of(file))); });
}

void add_policy_live(CLI::App& policy, const Globals& g, int& code) {
  auto f = std::make_shared<Flags>();
  policy.fallthrough();
  CLI::App* a = policy.add_subcommand("apply", "Make a policy live, or say what it would change");
  a->add_option("FILE", f->file, "policy, in YAML; see docs/POLICY.md")->required();
  a->add_flag("--dry-run", f->dry_run, "change nothing: say what would change, and for how many live flows");
  a->add_option("--confirm", f->confirm, "go back after this time unless it is confirmed: 90s, 5m, 1h")->type_name("TIME");
  CLI::Option* expect = a->add_option("--expect-generation", f->expect, "refuse if another generation is live")
                            ->check(CLI::PositiveNumber)
                            ->type_name("N");
  a->add_option("-m,--message", f->message, "why, for the history")->type_name("TEXT");
  a->callback([&g, &code, f, expect] { code = guarded(g, [&] { return apply(g, *f, expect->count() != 0); }); });

  CLI::App* c = policy.add_subcommand("confirm", "Keep the policy that waits to be confirmed");
  c->callback([&g, &code] {
    code = guarded(g, [&] { return write_result(g, Remote(g).post("/v1/policy/confirm", Json::object())); });
  });

  CLI::App* r = policy.add_subcommand("rollback", "Make an earlier policy live again");
  r->add_option("GENERATION", f->generation, "which; by default the one before")->check(CLI::PositiveNumber);
  r->add_option("-m,--message", f->message, "why, for the history")->type_name("TEXT");
  r->callback([&g, &code, f] { code = guarded(g, [&] { return roll_back(g, *f); }); });

  CLI::App* h = policy.add_subcommand("history", "List the policies that were live");
  h->callback([&g, &code] { code = guarded(g, [&] { return history(g); }); });

  CLI::App* s = policy.add_subcommand("show", "Print the live policy, or an earlier one");
  s->add_option("GENERATION", f->generation, "which; by default the live one")->check(CLI::PositiveNumber);
  s->callback([&g, &code, f] { code = guarded(g, [&] { return show(g, *f); }); });
  for (CLI::App* verb : {a, c, r, h, s}) verb->fallthrough();
}

}  // namespace pellucid::app
