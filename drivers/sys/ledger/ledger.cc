#include "drivers/sys/ledger/ledger.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pellucid::sys {
namespace {

constexpr std::size_t kBlock = 256 * 1024;

ssize_t read_at(int fd, char* to, std::size_t size, std::uint64_t at) {
  for (;;) {
    const ssize_t n = pread(fd, to, size, static_cast<off_t>(at));
    if (n >= 0 || errno != EINTR) return n;
  }
}

// Gives each whole line from `at` on, and where it begins, until see() says no. -1: it cannot be read. Else where it ended.
template <class See>
std::int64_t each_line(int fd, std::uint64_t at, See&& see) {
  std::string kept;
  std::vector<char> block(kBlock);
  for (std::uint64_t from = at;;) {
    const ssize_t n = read_at(fd, block.data(), block.size(), from);
    if (n < 0) return -1;
    if (n == 0) return static_cast<std::int64_t>(at);
    from += static_cast<std::uint64_t>(n);
    kept.append(block.data(), static_cast<std::size_t>(n));
    std::size_t begin = 0;
    for (std::size_t end; (end = kept.find('\n', begin)) != kept.npos; begin = end + 1) {
      const std::string_view line = std::string_view(kept).substr(begin, end - begin);
      if (!see(line, at)) return static_cast<std::int64_t>(at);
      at += line.size() + 1;
    }
    kept.erase(0, begin);
    if (kept.size() > Ledger::kMaxLine) return static_cast<std::int64_t>(at);
  }
}

}  // namespace

std::unique_ptr<Ledger> Ledger::open(const std::string& path, const See& see, std::string& problem) {
  const int fd = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    problem = path + ": cannot be opened: " + std::strerror(errno);
    return nullptr;
  }
  std::unique_ptr<Ledger> ledger(new Ledger(path, fd));
  return ledger->load(see, problem) ? std::move(ledger) : nullptr;
}

Ledger::~Ledger() { close(fd_); }

bool Ledger::fail(const char* what, std::string& problem) const {
  problem = path_ + ": " + what + ": " + std::strerror(errno);
  if (errno == ENOSPC || errno == EDQUOT) problem += "; free some space on this disk";
  return false;
}

bool Ledger::load(const See& see, std::string& problem) {
  bool stopped = false;
  const std::int64_t end = each_line(fd_, 0, [&](std::string_view line, std::uint64_t at) {
    stopped = stopped || !see(line);
    if (stopped) return false;
    if (lines_++ % kStride == 0) place_.push_back(at);
    return true;
  });
  if (end < 0) return fail("cannot be read", problem);
  size_ = static_cast<std::uint64_t>(end);
  if (stopped) return true;
  const off_t whole = lseek(fd_, 0, SEEK_END);
  if (whole < 0) return fail("cannot be read", problem);
  cut_ = static_cast<std::uint64_t>(whole) - size_;
  if (cut_ > kMaxLine) {
    problem = path_ + ": ends in a line that is longer than any of ours";
    return false;
  }
  return cut_ == 0 || ftruncate(fd_, static_cast<off_t>(size_)) == 0 || fail("its torn last line cannot be cut off", problem);
}

bool Ledger::append(std::string_view line, std::string& problem) {
  const std::string text = std::string(line) + '\n';
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      static_cast<void>(
          !ftruncate(fd_, static_cast<off_t>(size_)));  // half a line is none; the next opening would cut it off too
      errno = error;
      return fail("cannot be written", problem);
    }
    done += static_cast<std::size_t>(n);
  }
  if (lines_++ % kStride == 0) place_.push_back(size_);
  size_ += text.size();
  return true;
}

bool Ledger::sync(std::string& problem) const { return fdatasync(fd_) == 0 || fail("cannot be brought to the disk", problem); }

bool Ledger::whole(std::string& problem) const {
  struct stat ours {};
  struct stat there {};
  if (fstat(fd_, &ours) != 0 || lstat(path_.c_str(), &there) != 0) return fail("is not there any more", problem);
  if (ours.st_ino == there.st_ino && ours.st_dev == there.st_dev && static_cast<std::uint64_t>(ours.st_size) == size_)
    return true;
  problem = path_ + ": was changed by somebody else";
  return false;
}

bool Ledger::read(std::uint64_t from, std::size_t most, std::vector<std::string>& lines, std::string& problem) const {
  lines.clear();
  if (from >= lines_ || most == 0) return true;
  std::uint64_t n = from / kStride * kStride;
  const std::int64_t end = each_line(fd_, place_[from / kStride], [&](std::string_view line, std::uint64_t) {
    if (n >= lines_) return false;
    if (n++ >= from) lines.emplace_back(line);
    return lines.size() < most;
  });
  return end >= 0 || fail("cannot be read", problem);
}

}  // namespace pellucid::sys
