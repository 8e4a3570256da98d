#include "drivers/keys/file/read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pellucid::keyfiles {
namespace {

struct File {
  explicit File(const std::string& path) : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)) {}
  ~File() {
    if (fd >= 0) close(fd);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const int fd;
};

std::string refusal_of(const File& file, struct stat& at) {
  if (file.fd < 0 || fstat(file.fd, &at) != 0) return std::string("cannot be read: ") + std::strerror(errno);
  if (!S_ISREG(at.st_mode)) return "is no plain file; give the key file itself";
  if ((at.st_mode & 077) != 0) return "is open to others; close it, and think about whether it is still a secret: chmod 600";
  if (at.st_uid != 0 && at.st_uid != geteuid()) {
    return "belongs to user " + std::to_string(at.st_uid) + ", who could change it; chown it to the daemon's user";
  }
  return {};
}

}  // namespace

bool read_private(const std::string& path, Text& out, std::string& problem) {
  const File file(path);
  out.memory_->clear();
  out.size_ = 0;
  struct stat at {};
  std::string why = refusal_of(file, at);
  out.changed_s_ = at.st_ctim.tv_sec;
  while (why.empty() && out.size_ < Text::kRoom) {
    const ssize_t n = read(file.fd, out.memory_->bytes().data() + out.size_, Text::kRoom - out.size_);
    if (n == 0) break;
    if (n > 0) out.size_ += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR) why = std::string("cannot be read: ") + std::strerror(errno);
  }
  if (!why.empty()) problem = path + ": " + why;
  return why.empty();
}

}  // namespace pellucid::keyfiles
