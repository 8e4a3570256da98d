// pellucid: the command line. Each verb has a file of its own; this one joins them and turns errors into exit codes.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli/completion.h"
#include "app/cli/exit.h"
#include "app/cli/run.h"
#include "drivers/sys/pages/pages.h"

namespace {

constexpr const char* kAbout =
    "Pellucid shows what is in encrypted traffic, as far as it is authorised to.\n"
    "`pellucid run FILE` replays a capture and needs no daemon, root, NIC or hugepages.";

}  // namespace

int main(int argc, char** argv) {
  pellucid::memory = pellucid::sys::huge_pages();
  CLI::App app{kAbout, "pellucid"};
  app.require_subcommand(1);
  app.set_version_flag("--version", PELLUCID_VERSION);
  app.footer("Exit codes: 0 done, 1 failed, 2 usage, 4 invalid input. Manual: pellucid(1), docs/CLI.md.");
  int code = pellucid::app::kDone;
  pellucid::app::add_run(app, code);
  pellucid::app::add_completion(app);
  app.add_subcommand("version", "Print the version and what it was built with")->callback([] {
    std::printf("pellucid %s\n", PELLUCID_VERSION);
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    std::fprintf(stderr, "pellucid: %s; see pellucid --help\n", e.what());
    return pellucid::app::kUsage;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pellucid: %s\n", e.what());
    return pellucid::app::kFailed;
  }
  return code;
}
