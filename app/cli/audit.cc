#include "app/cli/audit.h"

#include <cstdio>

#include "app/cli/audit_source.h"
#include "app/cli/prove.h"
#include "drivers/crypto/openssl/digest.h"
#include "lib/audit/judge.h"

namespace pellucid::app {

namespace {

struct AuditFlags {
  std::string file;
  std::string key;
  unsigned lines = 20;
  std::uint64_t entry = 0;
};

int say(const Globals& g, const audit::Judge& judge) {
  if (!judge.problem().empty()) {
    throw failure_of(kBroken, "audit_broken", "the audit log is broken: " + judge.problem(), "what stands before is whole");
  }
  if (g.json) {
    const Json j{
        {"schema", 1}, {"entries", judge.lines()}, {"checkpoints", judge.checkpoints()}, {"signed_up_to", judge.signed_seq()}};
    std::printf("%s\n", j.dump(2).c_str());
  } else if (!g.quiet) {
    std::printf("whole: %llu entries, %llu checkpoints, signed up to entry %llu\n",
                static_cast<unsigned long long>(judge.lines()), static_cast<unsigned long long>(judge.checkpoints()),
                static_cast<unsigned long long>(judge.signed_seq()));
  }
  return kDone;
}

int verify(const Globals& g, const AuditFlags& flags) {
  const openssl::Digests digests;
  std::unique_ptr<openssl::VerifyingKey> key;
  if (flags.file.empty()) {
    Remote remote(g);
    key = key_of(remote, flags.key);
    audit::Judge judge(digests, key.get());
    each_entry(remote, 1, last_entry(remote), [&judge](const std::string& entry) { return judge.take(entry); });
    return say(g, judge);
  }
  key = key_of_log(flags.file, flags.key);
  audit::Judge judge(digests, key.get());
  each_entry(flags.file, [&judge](const std::string& entry) { return judge.take(entry); });
  return say(g, judge);
}

bool print(const std::string& entry) {
  std::printf("%s\n", entry.c_str());
  return true;
}

int tail(const Globals& g, const AuditFlags& flags) {
  Remote remote(g);
  const std::uint64_t last = last_entry(remote);
  each_entry(remote, last > flags.lines ? last - flags.lines + 1 : 1, last, print);
  return kDone;
}

int export_all(const Globals& g) {
  Remote remote(g);
  each_entry(remote, 1, last_entry(remote), print);
  return kDone;
}

int show(const Globals& g, const AuditFlags& flags) {
  Remote remote(g);
  const std::string entry = entry_of(remote, flags.entry);
  if (entry.empty()) {
    throw failure_of(kFailed, "not_found", "the audit log has no entry " + std::to_string(flags.entry), "see audit tail");
  }
  if (g.json) {
    print(entry);
  } else {
    const Json fields = Json::parse(entry);
    for (const auto& [name, value] : fields.items()) {
      std::printf("%-12s %s\n", name.c_str(), value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
    }
  }
  return kDone;
}

}  // namespace

void add_audit(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("audit", "The audit log: who did what, in an order that nobody can change unseen");
  verb->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<AuditFlags>();
  CLI::App* v = verb->add_subcommand("verify", "Say whether the log is whole; exit code 8 if it is not");
  v->add_option("FILE", flags->file, "an exported log; by default the daemon's own");
  v->add_option("--key", flags->key,
                "the appliance's public key, kept elsewhere; by default the one beside FILE, or what the daemon says")
      ->type_name("FILE");
  v->callback([&g, &code, flags] { code = guarded(g, [&] { return verify(g, *flags); }); });
  CLI::App* t = verb->add_subcommand("tail", "Print the last entries, one JSON object a line");
  t->add_option("-n,--lines", flags->lines, "how many")->check(CLI::Range(1u, 1'000'000u))->capture_default_str();
  t->callback([&g, &code, flags] { code = guarded(g, [&] { return tail(g, *flags); }); });
  CLI::App* e = verb->add_subcommand("export", "Print the whole log, one JSON object a line");
  e->callback([&g, &code] { code = guarded(g, [&] { return export_all(g); }); });
  CLI::App* s = verb->add_subcommand("show", "Print one entry");
  s->add_option("SEQ", flags->entry, "its number")->required()->check(CLI::PositiveNumber);
  s->callback([&g, &code, flags] { code = guarded(g, [&] { return show(g, *flags); }); });
  auto proving = std::make_shared<ProveFlags>();
  CLI::App* p = verb->add_subcommand("prove", "Prove that decrypt records are as they were written");
  p->add_option("RECORDS", proving->file, "one decrypt record a line, as it was written; - is standard input")->required();
  p->add_option("--log", proving->log, "an exported log, its leaves beside it; by default the daemon's own")->type_name("FILE");
  p->add_option("--key", proving->key, "as of verify")->type_name("FILE");
  p->callback([&g, &code, proving] { code = guarded(g, [&] { return prove(g, *proving); }); });
  for (CLI::App* one : {v, t, e, s, p}) one->fallthrough();
}

}  // namespace pellucid::app
