#include "drivers/sys/guard/guard.h"

#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace pellucid::sys {

void forbid_core_dumps() noexcept {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0UL);
}

bool lock_memory(const std::string& user) noexcept {
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &all);  // where it may be raised
  rlimit now{};
  if (!user.empty() && (getrlimit(RLIMIT_MEMLOCK, &now) != 0 || now.rlim_cur != RLIM_INFINITY)) return false;
  return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

namespace {

const passwd* find_user(const std::string& user, std::string& problem) {
  const passwd* entry = getpwnam(user.c_str());
  if (entry == nullptr) problem = "user " + user + ": there is no such user; make one with: useradd --system " + user;
  return entry;
}

}  // namespace

bool make_folder(const std::string& path, const std::string& user, std::string& problem) {
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) return true;
  const passwd* entry = user.empty() ? nullptr : find_user(user, problem);
  if (!user.empty() && entry == nullptr) return false;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const bool made =
      mkdir(path.c_str(), 0750) == 0 && (entry == nullptr || chown(path.c_str(), entry->pw_uid, entry->pw_gid) == 0);
  if (!made) problem = path + ": this folder cannot be made: " + std::strerror(errno) + "; make it, or name another";
  return made;
}

bool become(const std::string& user, std::string& problem) {
  if (user.empty()) return true;
  const passwd* entry = find_user(user, problem);
  if (entry == nullptr) return false;
  const bool changed = geteuid() == entry->pw_uid || (initgroups(user.c_str(), entry->pw_gid) == 0 &&
                                                      setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) == 0 &&
                                                      setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == 0);
  if (!changed) {
    problem = "cannot become user " + user + ": " + std::strerror(errno) + "; start as root, or leave `user` out";
    return false;
  }
  prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
  prctl(PR_SET_DUMPABLE, 0UL);  // a change of user may set it anew
  return true;
}

}  // namespace pellucid::sys
