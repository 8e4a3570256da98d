#include "app/cli/key.h"

#include <cstdio>

#include "app/cli/pem.h"
#include "app/cli/remote.h"
#include "app/cli/table.h"
#include "drivers/keys/file/read.h"

namespace pellucid::app {

namespace {

void write(const Json& j) { std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }
std::string words(const Json& j, const char* key) { return printable(j.at(key).get<std::string>()); }
std::string until(const Json& key) {
  return key.at("not_after").is_null() ? "not said" : moment(key.at("not_after").get<std::uint64_t>());
}

// One line for each key that came or went.
int tell(const Globals& g, const Json& answer, const char* what) {
  if (g.json) {
    write(answer);
  } else if (!g.quiet) {
    for (const Json& key : answer.at("keys")) {
      std::printf("%s: %s, %s\n", words(key, "id").c_str(), words(key, "kind").c_str(), what);
    }
  }
  return kDone;
}

int list(const Globals& g) {
  const Json j = Remote(g).get("/v1/keys");
  if (g.json) {
    write(j);
    return kDone;
  }
  Table table({"id", "kind", "until", "from"});
  for (const Json& key : j.at("keys")) table.add({words(key, "id"), words(key, "kind"), until(key), words(key, "file")});
  std::fputs(table.text().c_str(), stdout);
  for (const Json& problem : j.at("problems")) std::printf("%s\n", printable(problem.get<std::string>()).c_str());
  return kDone;
}

int import(const Globals& g, const std::string& file) {
  if (file.starts_with("pkcs11:")) {
    throw failure_of(kInvalid, "invalid_key", "keys in tokens are not read by this version", "give a key file");
  }
  keyfiles::Text text;
  std::string problem;
  if (!keyfiles::read_private(file, text, problem)) throw failure_of(kInvalid, "invalid_key", problem);
  std::string pem = as_pem(std::string(as_text(text.bytes())), "KEY PACKAGE");
  Json body{{"text", std::move(pem)}, {"file", file}};
  return tell(g, Remote(g).post("/v1/keys", body), "imported");
}

int zeroise(const Globals& g, const std::string& id, bool all) {
  if (id.empty() != all) throw failure_of(kUsage, "usage", "either an ID or --all is needed", "see key zeroise --help");
  return tell(g, Remote(g).drop(all ? "/v1/keys" : "/v1/keys/" + id), "zeroised");
}

struct Flags {
  std::string file, id;
  bool all = false;
};

}  // namespace

void add_key(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("key", "Long-term private keys of servers that the daemon holds");
  verb->require_subcommand(1)->fallthrough();
  auto flags = std::make_shared<Flags>();
  CLI::App* i = verb->add_subcommand("import", "Give the daemon the keys of a key file, until it ends; see docs/KEYS.md");
  i->add_option("FILE", flags->file, "key file: PKCS#8, SEC1, PKCS#1 or a key package, in PEM or DER")->required();
  i->callback([&g, &code, flags] { code = guarded(g, [&] { return import(g, flags->file); }); });
  CLI::App* l = verb->add_subcommand("list", "List the keys, by what is public of them, and until when they may be used");
  l->callback([&g, &code] { code = guarded(g, [&] { return list(g); }); });
  CLI::App* z = verb->add_subcommand("zeroise", "Wipe a key, or all, out of the daemon's memory; files stay");
  z->add_option("ID", flags->id, "of the key");
  z->add_flag("--all", flags->all, "every key");
  z->callback([&g, &code, flags] { code = guarded(g, [&] { return zeroise(g, flags->id, flags->all); }); });
  for (CLI::App* one : {i, l, z}) one->fallthrough();
}

}  // namespace pellucid::app
