// World: every long-lived object of the daemon, born in the order in which they are needed and ended in reverse: environment,
// ports, lanes, sinks, exporter, control. Main's thread makes it, runs it and ends it.
#pragma once
#include <memory>
#include <string>

#include "app/daemon/control.h"
#include "drivers/sys/notify/notify.h"

namespace pellucid::app {

class World {
 public:
  // Opens ports and sinks and gives up what is no longer needed; nothing runs yet. Null: one line in `problem`.
  static std::unique_ptr<World> open(const Config& config, std::string& problem);
  ~World();

  bool start(std::string& problem);  // false: one line in `problem`, and the world must end
  void tick();                       // once a second: what is slow and regular
  void reopen();                     // SIGHUP: files that somebody has moved away
  // Drains packets, flows and records, bounded in time. Not empty: what must hold and did not, in one line.
  std::string stop();

 private:
  explicit World(const Config& config) : parts_(std::make_unique<Parts>(config)) {}
  bool make_folders(std::string& problem) const;
  bool open_ports(std::string& problem);
  void open_sinks();

  std::unique_ptr<Parts> parts_;
  std::unique_ptr<Control> control_;
  const bool watched_ = sys::watchdog_interval_us() != 0;
  unsigned ticks_ = 0;
  std::uint64_t lost_ = 0;  // by ports, when the minute began
};

}  // namespace pellucid::app
