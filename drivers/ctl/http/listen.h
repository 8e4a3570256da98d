// Listening sockets: a Unix socket with its group, or an address and port of TCP. Called once by the control thread, before the
// daemon gives up root.
#pragma once
#include <cstdint>
#include <string>

namespace pellucid::ctl {

// -1: one line in `problem`. A socket file that nobody listens on is replaced, one that answers is another daemon's.
int listen_unix(const std::string& path, const std::string& group, std::string& problem);
// ADDRESS:PORT, [ADDRESS]:PORT; no names are resolved. Port 0: any, see bound_port().
int listen_tcp(const std::string& where, std::string& problem);
std::uint16_t bound_port(int fd) noexcept;

}  // namespace pellucid::ctl
