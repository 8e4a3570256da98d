// pellucid: the command line. Each verb has a file of its own; this one joins them and turns errors into exit codes.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "app/cli/audit.h"
#include "app/cli/authority.h"
#include "app/cli/completion.h"
#include "app/cli/configuration.h"
#include "app/cli/doctor.h"
#include "app/cli/grant.h"
#include "app/cli/key.h"
#include "app/cli/policy.h"
#include "app/cli/policy_live.h"
#include "app/cli/remote.h"
#include "app/cli/run.h"
#include "app/cli/show.h"
#include "app/cli/top.h"
#include "drivers/sys/pages/pages.h"

namespace pellucid::app {

namespace {

constexpr const char* kAbout =
    "Pellucid shows what is in encrypted traffic, as far as it is authorised to.\n"
    "`pellucid run FILE` replays a capture and needs no daemon, root, NIC or hugepages.";

// A standard stream that the caller closed would be the first file that we open. Taken up the wrong way round it gives the
// errors that a closed one should.
void keep_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

// Tables are asked for before a run begins and never later, so this is about what the command line wants.
void* take_or_end(std::size_t bytes) noexcept {
  void* p = sys::huge_pages().take(bytes);
  if (p != nullptr) return p;
  std::fprintf(stderr,
               "pellucid: out of memory: %zu MiB for one of the tables are not to be had; choose fewer --flows or --workers\n",
               (bytes >> 20) + 1);
  std::_Exit(kFailed);
}

// What help, version and completion wrote; a reader that has seen enough is no fault.
int flushed(int code) {
  const bool lost = !std::cout.flush() || std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (code != kDone || !lost || errno == EPIPE) return code;
  std::fprintf(stderr, "pellucid: standard output cannot be written: is the disk full?\n");
  return kFailed;
}

void add_verbs(CLI::App& app, const Globals& globals, int& code) {
  add_run(app, globals, code);
  add_status(app, globals, code);
  add_show(app, globals, code);
  add_top(app, globals, code);
  add_policy_live(add_policy(app, globals, code), globals, code);
  add_grant(app, globals, code);
  add_authority(app, globals, code);
  add_key(app, globals, code);
  add_audit(app, globals, code);
  add_config(app, globals, code);
  add_doctor(app, globals, code);
  add_completion(app);
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->fallthrough();
  version->callback(
      [&globals] { std::printf(globals.json ? "{\"schema\":1,\"version\":\"%s\"}\n" : "pellucid %s\n", PELLUCID_VERSION); });
}

// A flag that would do nothing is refused: these verbs ask no daemon.
void refuse_idle_flags(const CLI::App& app) {
  for (const char* verb : {"run", "doctor", "completion", "version"}) {
    if (!app.got_subcommand(verb)) continue;
    for (const char* flag : {"--connect", "--cert", "--key", "--ca", "--timeout"}) {
      const bool from_environment = std::string_view(flag) == "--connect" && std::getenv("PELLUCID_CONNECT") != nullptr;
      if (app.count(flag) != 0 && !from_environment) throw CLI::ValidationError(flag, std::string(verb) + " asks no daemon");
    }
  }
}

int main_of(int argc, char** argv) {
  keep_standard_streams();
  memory = {take_or_end, sys::huge_pages().give};
  CLI::App app{kAbout, "pellucid"};
  app.require_subcommand(1);
  app.set_version_flag("--version", PELLUCID_VERSION);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 usage, 3 policy diff: something changes, status: degraded, 4 invalid input, "
      "5 not authorised, 6 daemon not reachable, 7 conflict, 8 audit log broken, 130 interrupted. Manual: pellucid(1), "
      "docs/CLI.md.");
  int code = kDone;
  Globals globals;
  add_globals(app, globals);
  add_verbs(app, globals, code);
  app.parse_complete_callback([&app] { refuse_idle_flags(app); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return flushed(app.exit(e));
    globals.json = std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    return complain(globals, failure_of(kUsage, "usage", e.what(), "see pellucid --help"));
  } catch (const std::bad_alloc&) {
    return complain(globals, failure_of(kFailed, "memory", "out of memory", "choose fewer --flows or --workers"));
  } catch (const std::exception& e) {
    return complain(globals, failure_of(kFailed, "failed", e.what(), ""));
  }
  return flushed(code);
}

}  // namespace

}  // namespace pellucid::app

int main(int argc, char** argv) { return pellucid::app::main_of(argc, argv); }
