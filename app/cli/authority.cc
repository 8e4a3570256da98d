#include "app/cli/authority.h"

#include <cstdio>
#include <ctime>

#include "app/cli/grant_live.h"
#include "app/cli/remote.h"
#include "app/file.h"
#include "app/grant_words.h"

namespace pellucid::app {

namespace {

int show(const Globals& g, const std::string& file) {
  const OpenedSet opened = opened_set(file, std::time(nullptr));
  const std::string refusal = keys::refuse_first(opened.set, opened.document);
  if (g.json) {
    Json j = json_of(opened);
    j.update({{"schema", 1}, {"file", file}, {"good", refusal.empty()}});
    std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s, generation %llu\n%s", opened.set.id.c_str(), static_cast<unsigned long long>(opened.set.generation),
                text_of(words_of(opened)).c_str());
  }
  if (!refusal.empty()) throw failure_of(kDenied, "not_authorised", file + ": " + refusal);
  return kDone;
}

}  // namespace

std::string read_signed_file(const std::string& file, const char* what) {
  std::string problem;
  auto text = read_file(file, {keys::kMaxSigned, what}, problem);
  if (!text) throw failure_of(kInvalid, "invalid_file", problem);
  return std::move(*text);
}

OpenedSet opened_set(const std::string& file, std::int64_t now_s) {
  OpenedSet out;
  std::string problem;
  if (!open_set(read_signed_file(file, "a signed authority set"), file, now_s, out, problem)) {
    throw failure_of(kInvalid, "invalid_authorities", problem);
  }
  return out;
}

OpenedSet pinned_set(const std::string& file, std::int64_t now_s) {
  OpenedSet out = opened_set(file, now_s);
  const std::string refusal = keys::refuse_first(out.set, out.document);
  if (!refusal.empty()) throw failure_of(kDenied, "not_authorised", file + ": " + refusal);
  return out;
}

void add_authority(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("authority", "Authority sets: whose signatures count, and what they may allow");
  verb->require_subcommand(1)->fallthrough();
  auto file = std::make_shared<std::string>();
  CLI::App* s = verb->add_subcommand("show", "Say what an authority set allows and who signed it; asks no daemon");
  s->add_option("FILE", *file, "authority set, in CMS; in YAML before it is signed; see docs/GRANTS.md")->required();
  s->callback([&g, &code, file] { code = guarded(g, [&] { return show(g, *file); }); });
  s->fallthrough();
  add_authority_live(*verb, g, code);
}

}  // namespace pellucid::app
