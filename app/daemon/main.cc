// pellucidd: the daemon. Reads its configuration, opens the world, runs it until a signal ends it.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "app/daemon/config.h"
#include "app/daemon/world.h"
#include "app/exit.h"
#include "drivers/crypto/openssl/memory.h"
#include "drivers/sys/guard/guard.h"
#include "drivers/sys/notify/notify.h"
#include "drivers/sys/pages/pages.h"

namespace pellucid::app {

namespace {

constexpr const char* kAbout =
    "pellucidd sees through encrypted traffic where, and only where, it is authorised to.\n"
    "It takes packets from NIC queues, writes records and answers `pellucid` and Prometheus.";

int complain(const std::string& line, int code) {
  std::fprintf(stderr, "pellucidd: %s\n", line.c_str());
  return code;
}

void* take_or_end(std::size_t bytes) noexcept {
  void* p = sys::huge_pages().take(bytes);
  if (p != nullptr) return p;
  std::fprintf(
      stderr,
      "pellucidd: out of memory: %zu MiB for one of the tables are not to be had; lower flows.capacity or workers.count\n",
      (bytes >> 20) + 1);
  std::_Exit(kFailed);
}

// Signals are waited for, not caught: they are blocked before any thread begins.
sigset_t block_signals() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

int run(const Config& config, openssl::Guarded guarded) {
  const sigset_t signals = block_signals();
  sys::forbid_core_dumps();
  const bool locked = sys::lock_memory(config.user);
  std::string problem;
  const auto world = World::open(config, problem);
  if (world == nullptr) return complain(problem, kFailed);
  if (guarded == openssl::Guarded::none)
    complain("private keys cannot be kept in memory of their own, which is a fault of this machine's OpenSSL", 0);
  if (!locked || guarded == openssl::Guarded::unlocked)
    complain("memory cannot be locked and may go to disk: raise the limit on locked memory (LimitMEMLOCK)", 0);
  if (!world->start(problem)) return complain(problem, kInvalid);
  for (;;) {
    const timespec second{1, 0};
    const int number = sigtimedwait(&signals, nullptr, &second);
    if (number == SIGINT || number == SIGTERM) break;
    if (number == SIGHUP) world->reopen();
    world->tick();
  }
  const std::string broken = world->stop();
  return broken.empty() ? kDone : complain(broken, kFailed);
}

}  // namespace

int main_of(int argc, char** argv) {
  const openssl::Guarded guarded = openssl::guard_memory();
  memory = {take_or_end, sys::huge_pages().give};
  CLI::App cli{kAbout, "pellucidd"};
  std::string file = "/etc/pellucid/pellucid.yaml";
  bool check = false;
  cli.add_option("--config", file, "configuration to run with")->type_name("FILE")->capture_default_str();
  cli.add_flag("--check", check, "read the configuration, say whether it is right, and touch nothing");
  cli.set_version_flag("--version", PELLUCID_VERSION);
  cli.footer("Exit codes: 0 done, 1 failed, 2 usage, 4 invalid configuration. Manual: pellucidd(8), docs/OPERATE.md.");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return cli.exit(e);
    return complain(std::string(e.what()) + "; see pellucidd --help", kUsage);
  }
  Config config;
  std::string problem;
  if (!read_config(file, config, problem)) return complain(problem, kInvalid);
  if (check) return kDone;
  try {
    return run(config, guarded);
  } catch (const std::exception& e) {
    return complain(e.what(), kFailed);
  }
}

}  // namespace pellucid::app

int main(int argc, char** argv) { return pellucid::app::main_of(argc, argv); }
