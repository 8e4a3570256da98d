#include "drivers/out/sinks/file.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/out/sinks/advice.h"
#include "drivers/out/sinks/rotated.h"

namespace pellucid::sinks {
namespace {

std::uint64_t wall_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

// Where the last whole line ends, searched from the end of the file; kNowhere where there is no line end in reach.
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
std::uint64_t last_line_end(int fd, std::uint64_t size) noexcept {
  char block[64 * 1024];
  const std::uint64_t limit = size > kMaxTail ? size - kMaxTail : 0;
  for (std::uint64_t end = size; end > limit;) {
    const std::size_t want = std::min<std::uint64_t>(sizeof block, end - limit);
    const ssize_t n = ::pread(fd, block, want, static_cast<off_t>(end - want));
    if (n != static_cast<ssize_t>(want)) return kNowhere;
    const std::size_t at = std::string_view(block, want).rfind('\n');
    end -= want;
    if (at != std::string_view::npos) return end + at + 1;
  }
  return limit == 0 ? 0 : kNowhere;
}

}  // namespace

bool File::open() noexcept {
  if (fd_ >= 0 || prepare()) return true;
  unsynced_ = false;
  close();
  return false;
}

bool File::prepare() noexcept {
  fd_ = ::open(options_.path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
  if (fd_ < 0) return fail("open", errno);
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return fail("open", errno);
  if (!S_ISREG(status.st_mode))
    return fail_with("cannot write " + options_.path + ": it is no ordinary file; use a sink of type socket or stdout");
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
    return fail_with("cannot write " + options_.path + ": another sink or program writes it; give each a file of its own");
  size_ = static_cast<std::uint64_t>(status.st_size);
  // An old file goes on ageing from its last change: it is the only time that the system keeps of it for sure.
  const auto last_ns = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000;
  const std::uint64_t wall = wall_ns();
  const std::uint64_t age_ns = size_ == 0 || last_ns > wall ? 0 : wall - last_ns;
  opened_ns_ = now_ns_ > age_ns ? now_ns_ - age_ns : 0;
  return mend();
}

// A last line without its end is what a crash has left: it goes, and is counted. In a file without any line end in reach it is
// not ours to judge: there it gets its end.
bool File::mend() noexcept {
  if (size_ == 0) return true;
  const std::uint64_t end = last_line_end(fd_, size_);
  if (end == size_) return true;
  mended_.fetch_add(1, std::memory_order_relaxed);
  if (end != kNowhere) {
    if (::ftruncate(fd_, static_cast<off_t>(end)) != 0) return fail("cut a torn line from", errno);
    size_ = end;
    return true;
  }
  if (::write(fd_, "\n", 1) != 1) return fail("write", errno);
  ++size_;
  return true;
}

// The lines that this file still has room for; a first line goes in whatever its size.
std::size_t File::what_fits(std::string_view lines) const noexcept {
  const std::uint64_t room = options_.rotate_bytes > size_ ? options_.rotate_bytes - size_ : 0;
  if (lines.size() <= room) return lines.size();
  const std::size_t end = room == 0 ? std::string_view::npos : lines.rfind('\n', static_cast<std::size_t>(room - 1));
  if (end != std::string_view::npos) return end + 1;
  return size_ == 0 ? lines.find('\n') + 1 : 0;
}

exporter::Target::Progress File::write(std::string_view lines) noexcept {
  if (!open()) return {0, trouble_};
  if (options_.rotate_bytes != 0) {
    std::size_t fits = what_fits(lines);
    if (fits == 0 && !(rotate() && open())) return {0, trouble_};
    if (fits == 0) fits = what_fits(lines);
    lines = lines.substr(0, fits);
  }
  if (size_ == 0) opened_ns_ = now_ns_;
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t n = ::write(fd_, lines.data() + done, lines.size() - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    const int error = n == 0 ? EIO : errno;
    if (error == EINTR) continue;
    fail("write", error);
    break;
  }
  if (done != 0) unsynced_ = true;
  if (done == lines.size()) {
    size_ += done;
    return {done, {}};
  }
  const std::size_t end = lines.substr(0, done).rfind('\n');
  const std::size_t kept = end == std::string_view::npos ? 0 : end + 1;
  size_ += kept;
  if (kept != done) cut_back(done - kept);
  return {kept, trouble_};
}

// Asks how long the file is: others may have cut it too. Where cutting fails, opening the file again mends it.
void File::cut_back(std::size_t bytes) noexcept {
  struct stat status {};
  const bool known = ::fstat(fd_, &status) == 0 && status.st_size >= static_cast<off_t>(bytes);
  if (!known || ::ftruncate(fd_, status.st_size - static_cast<off_t>(bytes)) != 0) close();
}

std::optional<exporter::Loss> File::settle(std::uint64_t now_ns) noexcept {
  now_ns_ = now_ns;
  if (!open()) return trouble_;
  const std::uint64_t age_ns = now_ns_ - opened_ns_;
  if (options_.rotate_seconds != 0 && size_ != 0 && age_ns >= options_.rotate_seconds * std::uint64_t{1'000'000'000}) {
    if (!rotate() || !open()) return trouble_;
  }
  const bool due = options_.sync == Sync::always || (options_.sync == Sync::interval && now_ns_ - synced_ns_ >= kSyncNs);
  if (unsynced_ && due && !sync()) return trouble_;
  return {};
}

bool File::rotate() noexcept {
  if (options_.sync != Sync::never && unsynced_ && !sync()) return false;
  for (std::uint64_t wall = wall_ns();; wall += 1000) {
    const std::string name = rotated_name(options_.path, wall);
    if (::renameat2(AT_FDCWD, options_.path.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0) break;
    if (errno == ENOENT) break;  // somebody has moved it already
    if (errno != EEXIST) return fail("put aside", errno);
  }
  close();
  rotations_.fetch_add(1, std::memory_order_relaxed);
  retire(options_.path, options_.keep);
  return true;
}

bool File::sync() noexcept {
  if (::fdatasync(fd_) != 0) return fail("sync", errno);
  unsynced_ = false;
  synced_ns_ = now_ns_;
  return true;
}

void File::close() noexcept {
  if (fd_ < 0) return;
  if (options_.sync != Sync::never && unsynced_) static_cast<void>(::fdatasync(fd_));  // nobody is left to be told
  ::close(fd_);
  fd_ = -1;
  unsynced_ = false;
}

bool File::fail(std::string_view what, int error) noexcept {
  fail_with(sentence(what, options_.path, error));
  trouble_ = trouble_of(error);
  return false;
}

bool File::fail_with(std::string line) noexcept {
  failure_ = std::move(line);
  trouble_ = exporter::Loss::io;
  return false;
}

}  // namespace pellucid::sinks
