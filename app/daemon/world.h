// World: every long-lived object of the daemon, born in the order in which they are needed and ended in reverse: environment,
// ports, lanes, exporter, control. Main's thread makes it, runs it and ends it.
#pragma once
#include <memory>
#include <string>

#include "app/daemon/config.h"

namespace pellucid::app {

class World {
 public:
  // Opens ports and sinks and gives up what is no longer needed; nothing runs yet. Null: one line in `problem`.
  static std::unique_ptr<World> open(const Config& config, std::string& problem);
  ~World();

  void start();
  void tick();                                  // once a second: what is slow and regular
  void reopen();                                // SIGHUP: files that somebody has moved away
  void stop();                                  // drains records, bounded in time; a broken law is said in the log
  bool well() const noexcept { return well_; }  // after stop(): whether everything that must hold did

 private:
  struct Parts;
  explicit World(const Config& config);

  std::unique_ptr<Parts> parts_;
  bool well_ = true;
};

}  // namespace pellucid::app
