#include "app/cli/grant_live.h"

#include <cstdio>

#include "app/cli/authority.h"
#include "app/cli/pem.h"
#include "app/cli/remote.h"
#include "app/cli/table.h"

namespace pellucid::app {

namespace {

void write(const Json& j) { std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }
std::string words(const Json& j, const char* key) { return printable(j.at(key).get<std::string>()); }
std::string count(const Json& n) { return n.is_null() ? "unbounded" : grouped(n.get<std::uint64_t>()); }

Json upload_of(const std::string& file, const char* what) {
  return {{"text", as_pem(read_signed_file(file, what), "CMS")}, {"file", file}};
}

Table table_of(const Json& grants) {
  Table table({"id", "state", "until", "sessions left", "bytes left"});
  for (const Json& g : grants) {
    table.add({words(g, "id"), words(g, "state"), moment(g.at("not_after").get<std::uint64_t>()), count(g.at("sessions_left")),
               count(g.at("bytes_left"))});
  }
  return table;
}

int list(const Globals& g) {
  const Json j = Remote(g).get("/v1/grants");
  if (g.json) {
    write(j);
    return kDone;
  }
  std::fputs(table_of(j.at("grants")).text().c_str(), stdout);
  for (const Json& problem : j.at("problems")) std::printf("%s\n", printable(problem.get<std::string>()).c_str());
  return kDone;
}

int show(const Globals& g, const std::string& id) {
  write(Remote(g).get("/v1/grants/" + id).at("grant"));
  return kDone;
}

int import_grant(const Globals& g, const std::string& file) {
  const Json j = Remote(g).post("/v1/grants", upload_of(file, "a signed grant"));
  if (g.json) {
    write(j);
  } else if (!g.quiet) {
    std::printf("%s: %s\n", words(j.at("grant"), "id").c_str(), words(j.at("grant"), "state").c_str());
  }
  return kDone;
}

int import_set(const Globals& g, const std::string& file) {
  const Json j = Remote(g).post("/v1/authorities", upload_of(file, "a signed authority set"));
  if (g.json) {
    write(j);
  } else if (!g.quiet) {
    const Json& set = j.at("authorities");
    std::printf("%s, generation %s\n", words(set, "id").c_str(), set.at("generation").dump().c_str());
    for (const Json& problem : j.at("problems")) std::printf("%s\n", printable(problem.get<std::string>()).c_str());
  }
  return kDone;
}

int revoke(const Globals& g, const std::string& id, const std::string& reason) {
  const Json j = Remote(g).post("/v1/grants/revoke", {{"id", id}, {"reason", reason}});
  if (g.json) {
    write(j);
  } else if (!g.quiet) {
    std::printf("%s: revoked\n", words(j, "id").c_str());
  }
  return kDone;
}

struct Flags {
  std::string file, id, reason;
};

}  // namespace

void add_grant_live(CLI::App& grant, const Globals& g, int& code) {
  auto flags = std::make_shared<Flags>();
  CLI::App* i = grant.add_subcommand("import", "Give the daemon a signed grant");
  i->add_option("FILE", flags->file, "grant, in CMS")->required();
  i->callback([&g, &code, flags] { code = guarded(g, [&] { return import_grant(g, flags->file); }); });
  CLI::App* l = grant.add_subcommand("list", "List the grants that the daemon knows, and whether they are live");
  l->callback([&g, &code] { code = guarded(g, [&] { return list(g); }); });
  CLI::App* s = grant.add_subcommand("show", "Print one of them");
  s->add_option("ID", flags->id, "of the grant")->required();
  s->callback([&g, &code, flags] { code = guarded(g, [&] { return show(g, flags->id); }); });
  CLI::App* r = grant.add_subcommand("revoke", "Revoke a grant, for good; also one that has not come yet");
  r->add_option("ID", flags->id, "of the grant")->required();
  r->add_option("--reason", flags->reason, "why, for whoever asks later")->required()->type_name("TEXT");
  r->callback([&g, &code, flags] { code = guarded(g, [&] { return revoke(g, flags->id, flags->reason); }); });
  for (CLI::App* one : {i, l, s, r}) one->fallthrough();
}

void add_authority_live(CLI::App& authority, const Globals& g, int& code) {
  auto file = std::make_shared<std::string>();
  CLI::App* i = authority.add_subcommand("import", "Pin the daemon's first authority set, or give it the one that follows");
  i->add_option("FILE", *file, "authority set, in CMS")->required();
  i->callback([&g, &code, file] { code = guarded(g, [&] { return import_set(g, *file); }); });
  i->fallthrough();
}

}  // namespace pellucid::app
