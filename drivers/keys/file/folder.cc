#include "drivers/keys/file/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace pellucid::keyfiles {

// Hidden files are those that editors and copying programs have not finished.
bool Folder::list(std::map<std::string, Stamp>& out, std::string& problem) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path_.c_str()), closedir);
  struct stat at {};
  if (folder == nullptr || fstat(dirfd(folder.get()), &at) != 0) {
    problem = path_ + ": cannot be read: " + std::strerror(errno) + "; make it, or name another (keys.folder)";
    return false;
  }
  if ((at.st_mode & 022) != 0) {
    problem = path_ + ": others may write into it, so nothing there is taken for a key; chmod 700";
    return false;
  }
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] == '.' || fstatat(dirfd(folder.get()), entry->d_name, &at, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISDIR(at.st_mode)) continue;
    if (out.size() == kMaxFiles) {
      problem = path_ + ": holds more than " + std::to_string(kMaxFiles) + " files; the others are not looked at";
      break;
    }
    out.emplace(path_ + "/" + entry->d_name,
                Stamp{at.st_ino, at.st_size, std::int64_t{at.st_ctim.tv_sec} * 1'000'000'000 + at.st_ctim.tv_nsec});
  }
  return true;
}

Folder::News Folder::look() {
  News news;
  std::map<std::string, Stamp> now;
  if (!list(now, news.problem)) return news;
  for (const auto& [path, stamp] : seen_) {
    const auto at = now.find(path);
    if (at == now.end() || at->second != stamp) news.gone.push_back(path);
  }
  for (const auto& [path, stamp] : now) {
    const auto at = seen_.find(path);
    if (at == seen_.end() || at->second != stamp) news.come.push_back(path);
  }
  seen_ = std::move(now);
  return news;
}

void Folder::forget(const std::string& path) { seen_.erase(path); }

}  // namespace pellucid::keyfiles
