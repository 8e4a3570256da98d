#include "drivers/sys/notify/notify.h"

#include <systemd/sd-daemon.h>

namespace pellucid::sys {

void notify_ready(const std::string& status) { sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }
void notify_status(const std::string& status) { sd_notify(0, ("STATUS=" + status).c_str()); }
void notify_reloading() { sd_notify(0, "RELOADING=1"); }
void notify_stopping() { sd_notify(0, "STOPPING=1"); }
void notify_alive() { sd_notify(0, "WATCHDOG=1"); }

std::uint64_t watchdog_interval_us() {
  std::uint64_t us = 0;
  return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}

}  // namespace pellucid::sys
