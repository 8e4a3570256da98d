#include "app/cli/audit.h"

#include <cstdio>
#include <fstream>
#include <functional>

#include "app/cli/remote.h"
#include "app/file.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/sign.h"
#include "lib/audit/judge.h"

namespace pellucid::app {

namespace {

constexpr std::uint64_t kPage = 500;  // entries of one answer

struct AuditFlags {
  std::string file;
  std::string key;
  unsigned lines = 20;
  std::uint64_t entry = 0;
};

std::string path_of(std::uint64_t from, std::uint64_t limit) {
  return "/v1/audit?from=" + std::to_string(from) + "&limit=" + std::to_string(limit);
}

std::uint64_t last_entry(Remote& remote) { return remote.get(path_of(1, 1)).at("last").get<std::uint64_t>(); }

// The log as it was before it was asked for: reading adds entries of its own.
void each_entry(Remote& remote, std::uint64_t last, std::uint64_t from, const std::function<void(const std::string&)>& see) {
  for (std::uint64_t next = from; next <= last;) {
    const Json page = remote.get(path_of(next, kPage));
    const auto entries = page.at("entries").get<std::vector<std::string>>();
    if (entries.empty()) return;
    for (const std::string& entry : entries) {
      if (next++ <= last) see(entry);
    }
  }
}

std::string read_text(const std::string& file) {
  std::string problem;
  const auto text = read_file(file, {4096, "a public key in PEM"}, problem);
  if (!text) throw failure_of(kInvalid, "unreadable", problem);
  return *text;
}

std::unique_ptr<openssl::VerifyingKey> key_of(const std::string& pem, const std::string& from) {
  std::string problem;
  auto key = openssl::VerifyingKey::read(pem, problem);
  if (key == nullptr) throw failure_of(kInvalid, "invalid_key", from + ": " + problem);
  return key;
}

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
  if (flags.file.empty()) {
    Remote remote(g);
    const auto key = flags.key.empty() ? key_of(remote.get("/v1/audit/key").at("public_key"), "the daemon's key")
                                       : key_of(read_text(flags.key), flags.key);
    audit::Judge judge(digests, key.get());
    each_entry(remote, last_entry(remote), 1, [&judge](const std::string& entry) { static_cast<void>(judge.take(entry)); });
    return say(g, judge);
  }
  if (flags.key.empty()) {
    throw failure_of(kUsage, "usage", "a file is verified by the public key of the appliance that wrote it", "give --key FILE");
  }
  const auto key = key_of(read_text(flags.key), flags.key);
  std::ifstream in(flags.file, std::ios::binary);
  if (!in) throw failure_of(kInvalid, "unreadable", flags.file + ": cannot be opened", "");
  audit::Judge judge(digests, key.get());
  for (std::string line; judge.problem().empty() && std::getline(in, line);) static_cast<void>(judge.take(line));
  if (in.bad()) throw failure_of(kFailed, "unreadable", flags.file + ": cannot be read to its end", "");
  return say(g, judge);
}

void print(const std::string& entry) { std::printf("%s\n", entry.c_str()); }

int tail(const Globals& g, const AuditFlags& flags) {
  Remote remote(g);
  const std::uint64_t last = last_entry(remote);
  each_entry(remote, last, last > flags.lines ? last - flags.lines + 1 : 1, print);
  return kDone;
}

int export_all(const Globals& g) {
  Remote remote(g);
  each_entry(remote, last_entry(remote), 1, print);
  return kDone;
}

int show(const Globals& g, const AuditFlags& flags) {
  const Json page = Remote(g).get(path_of(flags.entry, 1));
  const auto entries = page.at("entries").get<std::vector<std::string>>();
  if (entries.empty()) {
    throw failure_of(kFailed, "not_found", "the audit log has no entry " + std::to_string(flags.entry), "see audit tail");
  }
  if (g.json) {
    print(entries[0]);
  } else {
    const Json entry = Json::parse(entries[0]);
    for (const auto& [name, value] : entry.items()) {
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
  v->add_option("--key", flags->key, "the appliance's public key, kept elsewhere; by default what the daemon says")
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
  for (CLI::App* one : {v, t, e, s}) one->fallthrough();
}

}  // namespace pellucid::app
