#include "drivers/sys/folder/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace pellucid::sys {

namespace {

constexpr const char* kUnfinished = ".unfinished";  // at the end of a name: what a crash may leave

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

std::unique_ptr<Folder> Folder::open(const std::string& path, std::string& problem) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);  // open() below says why not
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    problem = path + ": cannot be made: " + std::strerror(errno);
    return nullptr;
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
    problem = path + ": cannot be written to: " + std::strerror(errno);
    if (fd >= 0) close(fd);
    return nullptr;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    problem = path + ": is used by another daemon; give each a folder of its own (state)";
    close(fd);
    return nullptr;
  }
  return std::unique_ptr<Folder>(new Folder(path, fd));
}

Folder::~Folder() { close(fd_); }

bool Folder::fail(const std::string& name, const char* what, std::string& problem) const {
  problem = path_ + "/" + name + ": " + what + ": " + std::strerror(errno);
  if (errno == ENOSPC || errno == EDQUOT) problem += "; free some space on this disk";
  return false;
}

bool Folder::write(const std::string& name, std::string_view text, std::string& problem) {
  const std::string beside = name + kUnfinished;
  const int file = openat(fd_, beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return fail(name, "cannot be written", problem);
  bool good = write_all(file, text) && fsync(file) == 0;
  int error = errno;
  good = close(file) == 0 && good;
  if (good && renameat(fd_, beside.c_str(), fd_, name.c_str()) == 0 && fsync(fd_) == 0) return true;
  if (good) error = errno;
  unlinkat(fd_, beside.c_str(), 0);
  errno = error;
  return fail(name, "cannot be written", problem);
}

bool Folder::read(const std::string& name, std::size_t most, std::string& text, std::string& problem) {
  text.clear();
  problem.clear();
  const int file = openat(fd_, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return errno != ENOENT && fail(name, "cannot be read", problem);
  struct stat found {};
  if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || static_cast<std::size_t>(found.st_size) > most) {
    close(file);
    problem = path_ + "/" + name + ": is no file of ours, or larger than " + std::to_string(most) + " octets";
    return false;
  }
  text.resize(static_cast<std::size_t>(found.st_size));
  std::size_t at = 0;
  ssize_t n = 1;
  while (at < text.size() && n > 0) {
    n = ::read(file, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR)
      n = 1;
    else if (n > 0)
      at += static_cast<std::size_t>(n);
  }
  const int error = errno;
  close(file);
  errno = error;
  if (n < 0) return fail(name, "cannot be read", problem);
  text.resize(at);
  return true;
}

void Folder::drop(const std::string& name) { unlinkat(fd_, name.c_str(), 0); }

std::vector<std::string> Folder::names() {
  std::vector<std::string> out;
  const int again = openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* folder = again < 0 ? nullptr : fdopendir(again);
  if (folder == nullptr) return out;
  while (const dirent* entry = readdir(folder)) {
    std::string name(entry->d_name);
    if (name == "." || name == ".." || entry->d_type == DT_DIR) continue;  // no text
    if (name.ends_with(kUnfinished)) {
      unlinkat(fd_, name.c_str(), 0);  // nobody was told that it was written
    } else if (out.size() < kMaxNames) {
      out.push_back(std::move(name));
    }
  }
  closedir(folder);
  std::ranges::sort(out);
  return out;
}

}  // namespace pellucid::sys
