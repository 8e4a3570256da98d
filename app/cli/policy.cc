#include "app/cli/policy.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/policy_live.h"
#include "app/cli/remote.h"
#include "app/policy.h"
#include "drivers/dpi/ndpi/names.h"
#include "lib/policy/diff.h"

namespace pellucid::app {

namespace {

struct PolicyFlags {
  std::string file;
  std::string against;
};

// Throws a Failure.
void compile(const std::string& file, const classify::Names& names, CompiledPolicy& out) {
  const auto text = read_policy_file(file, out.problem);
  if (text) out = compile_policy(*text, file, {&names, nullptr}, 0);
  if (!out.problem.empty()) throw failure_of(kInvalid, "invalid_policy", out.problem);
}

int check(const Globals& g, const PolicyFlags& flags) {
  const dpi::NdpiNames names;
  CompiledPolicy policy;
  compile(flags.file, names, policy);
  if (g.json) {
    std::printf("%s\n",
                nlohmann::json{{"schema", 1}, {"file", flags.file}, {"rules", policy.rules.rules.size()}}.dump().c_str());
  } else if (!g.quiet) {
    std::printf("%s: %zu rules, default %s\n", flags.file.c_str(), policy.rules.rules.size(),
                std::string(label(policy.rules.fallback.level)).c_str());
  }
  return kDone;
}

int diff(const Globals& g, const PolicyFlags& flags) {
  const dpi::NdpiNames names;
  CompiledPolicy before, after;
  compile(flags.against, names, before);
  compile(flags.file, names, after);
  const auto changes = policy::diff(before.rules, after.rules, &names);
  if (g.json) {
    std::printf("%s\n", changes_as_json(changes).dump().c_str());
  } else {
    for (const policy::Difference& d : changes) std::printf("%s\n", say(d).c_str());
  }
  return changes.empty() ? kDone : kDifferent;
}

}  // namespace

CLI::App& add_policy(CLI::App& app, const Globals& g, int& exit_code) {
  auto flags = std::make_shared<PolicyFlags>();
  CLI::App* verb = app.add_subcommand("policy", "Policies: who may be looked into how far");
  verb->require_subcommand(1);
  CLI::App* check_verb = verb->add_subcommand("check", "Say whether a policy file is good: line, column and remedy if not");
  CLI::App* diff_verb = verb->add_subcommand("diff", "Say what a policy file changes, rule by rule; exit code 3 if anything");
  for (CLI::App* one : {check_verb, diff_verb}) {
    one->add_option("FILE", flags->file, "policy, in YAML; see docs/POLICY.md")->required();
    one->fallthrough();
  }
  diff_verb->add_option("--against", flags->against, "the policy file to compare with; by default the live policy")
      ->type_name("FILE");
  check_verb->callback([flags, &g, &exit_code] { exit_code = guarded(g, [&] { return check(g, *flags); }); });
  diff_verb->callback([flags, &g, &exit_code] {
    exit_code = flags->against.empty() ? diff_live(g, flags->file) : guarded(g, [&] { return diff(g, *flags); });
  });
  return *verb;
}

}  // namespace pellucid::app
