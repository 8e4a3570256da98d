#include "drivers/out/sinks/stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

#include "drivers/out/sinks/advice.h"

namespace pellucid::sinks {
namespace {
constexpr int kWaitMs = 50;  // for room, before a stop is looked for
}

// The descriptor is shared with other programs, so it must stay as it is, and it may block. A pipe that poll() calls ready has
// room for PIPE_BUF octets: that much never blocks.
exporter::Target::Progress Stream::write(std::string_view lines) noexcept {
  std::size_t done = 0;
  while (done < lines.size()) {
    pollfd p{fd_, POLLOUT, 0};
    const int ready = ::poll(&p, 1, done == 0 ? kWaitMs : 0);
    if (ready == 0) break;
    const ssize_t n = ready < 0 ? -1 : ::write(fd_, lines.data() + done, std::min<std::size_t>(lines.size() - done, PIPE_BUF));
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN) break;
    failure_ = sentence("write to", name_, error);
    return {done, trouble_of(error)};
  }
  if (done == 0) failure_ = name_ + " takes nothing: its reader has stopped; let it go on or read faster";
  return {done, {}};
}

std::optional<exporter::Loss> Stream::settle(std::uint64_t) noexcept {
  pollfd p{fd_, 0, 0};
  if (::poll(&p, 1, 0) <= 0 || (p.revents & (POLLERR | POLLNVAL)) == 0) return {};
  failure_ = sentence("write to", name_, EPIPE);
  return exporter::Loss::disconnected;
}

}  // namespace pellucid::sinks
