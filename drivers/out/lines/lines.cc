#include "drivers/out/lines/lines.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace pellucid::lines {
namespace {

std::string advice(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a directory that you may write to";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return "give an existing directory";
    case ENOSPC:
    case EDQUOT:
      return "free some space or choose another disk";
    case EFBIG:
      return "raise the file size limit or choose another file system";
    default:
      return "check the disk and try again";
  }
}

// A reader of standard output that does not block is waited for.
bool wait_for_room(int fd) noexcept {
  pollfd p{fd, POLLOUT, 0};
  return ::poll(&p, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

Lines::Lines(std::string path) : path_(std::move(path)) {
  if (path_ == "-") {
    fd_ = STDOUT_FILENO;
    path_ = "standard output";
  } else {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    own_ = true;
  }
  if (fd_ < 0) {
    const int error = errno;
    stopped_ = true;
    failure_ = "cannot create " + path_ + ": " + std::strerror(error) + "; " + advice(error);
    return;
  }
  buffer_.reserve(kBuffer);
}

Lines::~Lines() {
  static_cast<void>(flush());
  if (own_ && fd_ >= 0) ::close(fd_);
}

bool Lines::write(std::string_view lines) noexcept {
  if (stopped_) return false;
  if (buffer_.size() + lines.size() > kBuffer && !flush()) return false;
  if (lines.size() >= kBuffer) return put(lines);
  buffer_ += lines;
  return true;
}

bool Lines::flush() noexcept {
  if (stopped_) return false;
  if (buffer_.empty()) return true;
  const bool done = put(buffer_);
  buffer_.clear();
  return done;
}

bool Lines::put(std::string_view bytes) noexcept {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    const int error = n == 0 ? EIO : errno;
    if (error == EINTR) continue;
    if (error == EAGAIN && wait_for_room(fd_)) continue;
    drop_torn_line(bytes.substr(0, done));
    stop(error);
    return false;
  }
  kept_ += done;
  return true;
}

void Lines::stop(int error) noexcept {
  stopped_ = true;
  buffer_.clear();
  if (error == EPIPE) {
    closed_ = true;
    return;
  }
  failure_ = "cannot write " + path_ + ": " + std::strerror(error) + "; " + advice(error);
}

// What reached the file of a block that failed: everything behind its last line end goes again.
void Lines::drop_torn_line(std::string_view reached) noexcept {
  const std::size_t end = reached.rfind('\n');
  kept_ += end == std::string_view::npos ? 0 : end + 1;
  // Devices and pipes cannot be cut, and need not be.
  if (own_ && ::ftruncate(fd_, static_cast<off_t>(kept_)) != 0) return;
}

}  // namespace pellucid::lines
