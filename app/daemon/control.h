// Control: the doors of the running daemon: the Unix socket, TLS where it is configured, and Prometheus' address; with the
// history of policies behind them. Opened before the daemon gives up root; owned by the world, ended before what it asks.
#pragma once
#include "app/daemon/api.h"
#include "app/daemon/live_policies.h"
#include "app/daemon/retention.h"
#include "app/daemon/world_desk.h"
#include "drivers/ctl/http/server.h"
#include "drivers/sys/folder/folder.h"

namespace pellucid::app {

class Control {
 public:
  // Null: one line in `problem`.
  static std::unique_ptr<Control> open(Parts& parts, std::string& problem);
  ~Control();

  bool publish_first(std::string& problem);      // the policy that was live, or the one that the configuration names
  void start();                                  // callers are answered from now on
  void tick();                                   // once a second
  void note_reopen();                            // SIGHUP
  void stop();                                   // nobody is answered any more
  void end_log();                                // once nothing is left to be noted
  Grants& grants() noexcept { return grants_; }  // for the keeper
  std::vector<std::string> problems() const { return policies_.state().problems; }

 private:
  Control(Parts& parts, std::unique_ptr<sys::Folder> shelf, std::unique_ptr<sys::Folder> grants_shelf);
  void tell_stats();
  void note_start();
  void tell_log();

  const Config& config_;
  WorldDesk desk_;
  std::unique_ptr<sys::Folder> shelf_;
  LivePolicies maker_;
  Policies policies_;
  std::unique_ptr<sys::Folder> grants_shelf_;
  Grants grants_;
  Retention retention_;
  Turnstile turnstile_;
  Api api_;
  Scrape scrape_;
  std::vector<std::unique_ptr<ctl::Server>> servers_;
  Parts& parts_;
  bool started_ = false;
  std::chrono::steady_clock::time_point stats_due_;
};

}  // namespace pellucid::app
