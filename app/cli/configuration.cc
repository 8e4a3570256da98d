#include "app/cli/configuration.h"

#include "app/cli/remote.h"
#include "app/daemon/config.h"
#include "drivers/conf/schema/texts.h"

namespace pellucid::app {

namespace {

void write(const Json& j) { std::printf("%s\n", j.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }

int check(const Globals& g, const std::string& file) {
  Config config;
  std::string problem;
  if (!read_config(file, config, problem)) throw failure_of(kInvalid, "invalid_config", problem);
  if (g.json) {
    write({{"schema", 1},
           {"file", file},
           {"ports", config.ports.size()},
           {"workers", config.workers},
           {"sinks", config.sinks.size()}});
  } else if (!g.quiet) {
    std::printf("%s: %zu ports, %u workers, %zu sinks\n", file.c_str(), config.ports.size(), config.workers,
                config.sinks.size());
  }
  return kDone;
}

int show(const Globals& g) {
  const Json j = Remote(g).get("/v1/config");
  if (g.json) {
    write(j);
  } else {
    std::fputs(j.at("text").get<std::string>().c_str(), stdout);
  }
  return kDone;
}

}  // namespace

void add_config(CLI::App& app, const Globals& g, int& code) {
  CLI::App* verb = app.add_subcommand("config", "The daemon's configuration");
  verb->require_subcommand(1)->fallthrough();
  auto file = std::make_shared<std::string>("/etc/pellucid/pellucid.yaml");
  CLI::App* c = verb->add_subcommand("check", "Say whether a configuration is good: line, column and remedy if not");
  c->add_option("FILE", *file, "configuration, in YAML")->capture_default_str();
  c->callback([&g, &code, file] { code = guarded(g, [&] { return check(g, *file); }); });
  CLI::App* s = verb->add_subcommand("show", "Print the configuration that the daemon runs with");
  s->callback([&g, &code] { code = guarded(g, [&] { return show(g); }); });
  CLI::App* schema = verb->add_subcommand("schema", "Print the JSON Schema of configurations, for editors");
  schema->callback([] { write(Json::parse(schema::text_of("pellucid"))); });
  for (CLI::App* one : {c, s, schema}) one->fallthrough();
}

}  // namespace pellucid::app
