// Notify: tells the service manager how the daemon is (systemd's notification protocol). Main thread. Without a manager nothing
// happens.
#pragma once
#include <cstdint>
#include <string>

namespace pellucid::sys {

void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_alive();                   // feeds the watchdog
std::uint64_t watchdog_interval_us();  // 0: nobody watches

}  // namespace pellucid::sys
