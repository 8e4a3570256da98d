#include "drivers/ctl/http/listen.h"

#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pellucid::ctl {

namespace {

constexpr int kBacklog = 1024;  // a Unix socket refuses at once where it is full
constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

int fail(int fd, std::string& problem, std::string text) {
  problem = std::move(text);
  if (fd >= 0) close(fd);
  return -1;
}

// Whether a daemon answers there. A full backlog is an answer too.
bool somebody_listens(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, kSocketFlags, 0);
  if (fd < 0) return true;
  const int done = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool refused = done != 0 && (errno == ECONNREFUSED || errno == ENOENT);
  close(fd);
  return !refused;
}

// Only what is a socket and dead is taken away.
bool make_room(const sockaddr_un& address, std::string& problem) {
  struct stat found {};
  const std::string path(address.sun_path);
  if (lstat(path.c_str(), &found) != 0) return true;
  if (!S_ISSOCK(found.st_mode)) {
    problem = path + ": is there and is no socket; remove it, or choose another control.socket";
    return false;
  }
  if (somebody_listens(address)) {
    problem = path + ": another daemon listens there; stop it, or choose another control.socket";
    return false;
  }
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return true;
  problem = path + ": a dead socket cannot be removed: " + std::strerror(errno);
  return false;
}

}  // namespace

int listen_unix(const std::string& path, const std::string& group, std::string& problem) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(-1, problem, path + ": longer than a socket's path may be; choose another control.socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (!make_room(address, problem)) return -1;
  const int fd = socket(AF_UNIX, kSocketFlags, 0);
  if (fd < 0) return fail(fd, problem, path + ": no socket: " + std::strerror(errno));
  const mode_t before = umask(0117);  // 0660 from its first moment
  const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  umask(before);
  if (bound != 0) {
    return fail(fd, problem, path + ": cannot be made: " + std::strerror(error) + "; its folder must be there and writable");
  }
  if (!group.empty()) {
    const struct group* entry = getgrnam(group.c_str());
    if (entry == nullptr) {
      return fail(fd, problem, "group " + group + ": there is no such group; make it with: groupadd --system " + group);
    }
    if (chown(path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0) {
      return fail(fd, problem, path + ": cannot be given to group " + group + ": " + std::strerror(errno));
    }
  }
  if (listen(fd, kBacklog) != 0) return fail(fd, problem, path + ": cannot be listened on: " + std::strerror(errno));
  return fd;
}

int listen_tcp(const std::string& where, std::string& problem) {
  const std::size_t colon = where.rfind(':');
  if (colon == std::string::npos) return fail(-1, problem, where + ": is not ADDRESS:PORT");
  std::string host = where.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), where.substr(colon + 1).c_str(), &hints, &found) != 0) {
    return fail(-1, problem, where + ": is not ADDRESS:PORT with an address in digits, as 127.0.0.1:9477 or [::1]:9477");
  }
  const int fd = socket(found->ai_family, kSocketFlags, 0);
  const int yes = 1;
  const bool good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                    bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, kBacklog) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (good) return fd;
  const char* hint = error == EADDRINUSE ? "; another program listens there: ss -ltnp shows which" : "";
  return fail(fd, problem, where + ": cannot be listened on: " + std::strerror(error) + hint);
}

std::uint16_t bound_port(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return 0;
}

}  // namespace pellucid::ctl
