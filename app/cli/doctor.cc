#include "app/cli/doctor.h"

#include <algorithm>

#include "app/cli/machine.h"
#include "app/cli/remote.h"
#include "app/cli/table.h"

namespace pellucid::app {

namespace {

constexpr const char* kStates[] = {"ok", "warn", "fail"};

int doctor(const Globals& g, const Look& look) {
  const std::vector<Finding> findings = examine(look);
  Json list = Json::array();
  for (const Finding& f : findings) {
    const char* state = kStates[static_cast<std::size_t>(f.state)];
    list.push_back({{"area", f.area}, {"state", state}, {"finding", f.text}, {"remedy", f.remedy}});
    if (g.json || (g.quiet && f.state == Finding::State::ok)) continue;
    std::printf("%-4s  %-11s  %s\n", state, f.area.c_str(), printable(f.text).c_str());
    if (!f.remedy.empty()) std::printf("      %-11s  %s\n", "", f.remedy.c_str());
  }
  if (g.json)
    std::printf("%s\n", Json{{"schema", 1}, {"findings", list}}.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  const bool failed = std::ranges::any_of(findings, [](const Finding& f) { return f.state == Finding::State::fail; });
  return failed ? kFailed : kDone;
}

}  // namespace

void add_doctor(CLI::App& app, const Globals& g, int& code) {
  auto look = std::make_shared<Look>(Look{"", "/var/log/pellucid"});
  CLI::App* verb = app.add_subcommand("doctor", "Say whether this machine is ready for the daemon, and what mends it if not");
  verb->fallthrough();
  verb->add_option("--records", look->records, "folder for records, whose disk is looked at")
      ->capture_default_str()
      ->type_name("DIR");
  verb->add_option("--root", look->root, "look at a copy of another machine's /proc and /sys")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  verb->callback([&g, &code, look] { code = doctor(g, *look); });
}

}  // namespace pellucid::app
