// pellucid: the command line. Each verb has a file of its own; this one joins them and turns errors into exit codes.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "app/cli/completion.h"
#include "app/cli/policy.h"
#include "app/cli/run.h"
#include "app/exit.h"
#include "drivers/sys/pages/pages.h"

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
  void* p = pellucid::sys::huge_pages().take(bytes);
  if (p != nullptr) return p;
  std::fprintf(stderr,
               "pellucid: out of memory: %zu MiB for one of the tables are not to be had; choose fewer --flows or --workers\n",
               (bytes >> 20) + 1);
  std::_Exit(pellucid::app::kFailed);
}

// What help, version and completion wrote; a reader that has seen enough is no fault.
int flushed(int code) {
  const bool lost = !std::cout.flush() || std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (code != pellucid::app::kDone || !lost || errno == EPIPE) return code;
  std::fprintf(stderr, "pellucid: standard output cannot be written: is the disk full?\n");
  return pellucid::app::kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_streams();
  pellucid::memory = {take_or_end, pellucid::sys::huge_pages().give};
  CLI::App app{kAbout, "pellucid"};
  app.require_subcommand(1);
  app.set_version_flag("--version", PELLUCID_VERSION);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 usage, 3 policy diff: something changes, 4 invalid input, 130 interrupted. "
      "Manual: pellucid(1), docs/CLI.md.");
  int code = pellucid::app::kDone;
  pellucid::app::add_run(app, code);
  pellucid::app::add_policy(app, code);
  pellucid::app::add_completion(app);
  app.add_subcommand("version", "Print the version")->callback([] { std::printf("pellucid %s\n", PELLUCID_VERSION); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return flushed(app.exit(e));
    std::fprintf(stderr, "pellucid: %s; see pellucid --help\n", e.what());
    return pellucid::app::kUsage;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "pellucid: out of memory; choose fewer --flows or --workers\n");
    return pellucid::app::kFailed;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pellucid: %s\n", e.what());
    return pellucid::app::kFailed;
  }
  return flushed(code);
}
