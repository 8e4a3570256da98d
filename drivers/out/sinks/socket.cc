#include "drivers/out/sinks/socket.h"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "drivers/out/sinks/advice.h"

namespace pellucid::sinks {
namespace {
constexpr int kWaitMs = 50;  // for room, before a stop is looked for
}

bool Socket::open() noexcept {
  if (fd_ >= 0) return true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) {
    lose("connect to", ENAMETOOLONG);
    return false;
  }
  path_.copy(address.sun_path, path_.size());
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    lose("connect to", errno);
    return false;
  }
  return true;
}

void Socket::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

// Whatever it was, nobody is there now.
exporter::Loss Socket::lose(std::string_view what, int error) noexcept {
  failure_ = sentence(what, path_, error);
  close();
  return exporter::Loss::disconnected;
}

exporter::Target::Progress Socket::write(std::string_view lines) noexcept {
  if (!open()) return {0, exporter::Loss::disconnected};
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t n = ::send(fd_, lines.data() + done, lines.size() - done, MSG_NOSIGNAL);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error != EAGAIN) return {done, lose("write to", error)};
    pollfd p{fd_, POLLOUT, 0};
    if (done != 0 || ::poll(&p, 1, kWaitMs) == 0) break;
  }
  if (done == 0) failure_ = path_ + " takes nothing: its reader has stopped; let it go on or read faster";
  return {done, {}};
}

// A reader is not expected to say anything: what it sends is thrown away, and its end is noticed.
std::optional<exporter::Loss> Socket::settle(std::uint64_t) noexcept {
  if (!open()) return exporter::Loss::disconnected;
  char said[512];
  const ssize_t n = ::recv(fd_, said, sizeof said, MSG_DONTWAIT);
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return {};
  return lose("write to", n == 0 ? EPIPE : errno);
}

}  // namespace pellucid::sinks
