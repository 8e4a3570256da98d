#include "app/cli/run.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/cli/session.h"
#include "app/cli/summary.h"
#include "app/exit.h"
#include "lib/metrics/law.h"

namespace pellucid::app {

namespace {

constexpr std::uint64_t kProgressFrom = 64u << 20;  // bytes: smaller files are done before a bar is read
constexpr unsigned kMaxWorkers = 64;

struct RunFlags {
  Plan plan;
  bool json = false;
  std::string level = "classify";
};

void on_signal(int) { stop_requested.store(true, std::memory_order_relaxed); }

void catch_signals() {
  struct sigaction act {};
  act.sa_handler = on_signal;
  act.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends the program at once
  sigaction(SIGINT, &act, nullptr);
  sigaction(SIGTERM, &act, nullptr);
  signal(SIGPIPE, SIG_IGN);  // these two come back as errors of write()
  signal(SIGXFSZ, SIG_IGN);
}

int complain(const std::string& line, int code) {
  std::fprintf(stderr, "pellucid: %s\n", line.c_str());
  return code;
}

void show_progress(Session& session) {
  const std::uint64_t whole = session.bytes_whole();
  const bool wanted = isatty(STDERR_FILENO) == 1 && whole >= kProgressFrom;
  while (session.running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(wanted ? 200 : 2));
    session.tick();
    if (wanted) draw_bar(stderr, session.bytes_read(), whole);
  }
  if (wanted) std::fputs("\r\033[K", stderr);
}

int run(const RunFlags& flags) {
  std::string problem;
  int code = kInvalid;
  const auto session = Session::open(flags.plan, problem, code);
  if (session == nullptr) return complain(problem, code);
  catch_signals();
  session->start();
  if (flags.plan.quiet) {
    while (session->running()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      session->tick();
    }
  } else {
    show_progress(*session);
  }
  Outcome outcome;
  session->finish(outcome);
  if (flags.json) {
    write_json(stdout, flags.plan, outcome, session->tally(), session->names());
  } else if (flags.plan.out.empty() && !flags.plan.quiet) {
    write_summary(stdout, flags.plan, outcome, session->tally(), session->names());
  }
  const bool summary_lost = std::fflush(stdout) != 0 && errno != EPIPE;
  std::clearerr(stdout);  // judged; main looks again, for the other verbs
  const metrics::Law* broken = metrics::broken_law(outcome.sum);
  if (broken != nullptr) {
    return complain("internal error: the counters break the law of " + std::string(broken->name) + ": " +
                        std::string(broken->text) + "; please report it with the capture",
                    kFailed);
  }
  if (!outcome.failure.empty()) return complain(outcome.failure, outcome.code);
  if (summary_lost) return complain("standard output: the summary could not be written: is the disk full?", kFailed);
  return outcome.interrupted ? kInterrupted : kDone;
}

}  // namespace

void add_run(CLI::App& app, const Globals& globals, int& exit_code) {
  auto flags = std::make_shared<RunFlags>();
  Plan& plan = flags->plan;
  CLI::App* verb = app.add_subcommand("run", "Replay a capture through the shipped worker: flow, TLS, DNS and HTTP records");
  verb->add_option("FILE", plan.file, "capture to read: pcap or pcapng, also gzip-compressed; - is standard input")->required();
  verb->add_option("--out", plan.out,
                   "write records to DIR/eve.jsonl, or (-) to standard output; without it a summary is shown")
      ->type_name("DIR|-");
  verb->add_flag("--json", flags->json, "print the summary as one JSON object");
  CLI::Option* policy =
      verb->add_option("--policy", plan.policy, "policy that says how far to look into which flow")->type_name("FILE");
  verb->add_option("--level", flags->level, "how far to look: metadata (our own readers) or classify (nDPI too)")
      ->excludes(policy)
      ->check(CLI::IsMember({"metadata", "classify"}))
      ->capture_default_str();
  verb->add_option("--workers", plan.workers, "threads that work on flows; one more reads where it is above 1")
      ->check(CLI::Range(1u, kMaxWorkers))
      ->capture_default_str();
  verb->add_option("--repeat", plan.repeat, "replay the file N times, each time later")->check(CLI::Range(1u, 1'000'000u));
  verb->add_option("--flows", plan.flows, "capacity of the flow tables, all workers together")
      ->check(CLI::Range(1024u, 64u << 20))
      ->capture_default_str();
  verb->add_option("--dpi-tcp", plan.dpi_tcp_packets, "packets with payload of a TCP flow that nDPI may see")
      ->check(CLI::Range(0u, 255u))
      ->capture_default_str();
  verb->add_option("--dpi-udp", plan.dpi_udp_packets, "… of a UDP flow")->check(CLI::Range(0u, 255u))->capture_default_str();
  verb->add_option("--flow-update", plan.update_minutes, "minutes between two flow_update records of a live flow; 0: none")
      ->check(CLI::Range(0u, 10'000u))
      ->capture_default_str();
  verb->add_flag("--ignore-vlan", plan.ignore_vlan,
                 "VLAN tags do not part flows: for taps that show each direction on its own VLAN");
  verb->add_option("--keylog", plan.keys.logs, "open TLS sessions by the secrets of this key log")->type_name("FILE");
  verb->add_option("--keys", plan.keys.keys, "private key of a server, for static key shares or RSA key transport; or a folder")
      ->type_name("FILE|DIR");
  verb->add_option("--grant", plan.keys.grants, "signed grant under which sessions are opened")->type_name("FILE");
  verb->add_option("--authorities", plan.keys.authorities, "the signed authority set that grants are judged by")
      ->type_name("FILE");
  verb->add_option("--roots", plan.keys.roots, "certificates (PEM) that the servers of opened sessions are followed to")
      ->type_name("FILE");
  verb->add_flag("!--no-certificate-verify", plan.keys.statements,
                 "servers' signatures in TLS 1.3 are not checked, which opens sessions faster");
  verb->add_option("--audit", plan.audit,
                   "audit log that says what was opened, by whose authority; gone on with where it is there")
      ->type_name("FILE");
  verb->add_flag("--lab", plan.keys.lab, "traffic of your own: keys need no grant, and each record says pellucid.lab");
  verb->add_flag("--quiet", plan.quiet, "no progress bar and no summary");
  verb->footer(
      "Examples:\n  pellucid run office.pcapng\n  pellucid run --out records office.pcap.gz\n"
      "  tcpdump -w - -c 1000 | pellucid run --out - - | jq 'select(.event_type==\"tls\").tls.sni'");
  verb->callback([flags, &globals, &exit_code] {
    flags->json = flags->json || globals.json;  // these two may stand before the verb too
    flags->plan.quiet = flags->plan.quiet || globals.quiet;
    flags->plan.level = flags->level == "metadata" ? policy::Level::metadata : policy::Level::classify;
    if (flags->json && flags->plan.out == "-") {
      exit_code = complain("--json and --out - both want standard output: give --out a folder", kUsage);
      return;
    }
    exit_code = run(*flags);
  });
}

}  // namespace pellucid::app
