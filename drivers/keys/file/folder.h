// Folder: a folder of key files, looked at now and then: what is new, changed or gone since the last time. One thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pellucid::keyfiles {

inline constexpr std::size_t kMaxFiles = 1024;  // of the folder that are looked at

class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}

  struct News {
    std::vector<std::string> gone, come;  // paths; one that was changed is in both
    std::string problem;                  // one line: the folder cannot be looked at, and what is known of it stays
  };
  News look();
  void forget(const std::string& path);  // it is new when it is seen the next time

 private:
  struct Stamp {
    std::uint64_t inode;
    std::int64_t size, changed_ns;  // by ctime, which nobody can set back
    bool operator==(const Stamp&) const = default;
  };
  bool list(std::map<std::string, Stamp>& out, std::string& problem) const;

  const std::string path_;
  std::map<std::string, Stamp> seen_;
};

}  // namespace pellucid::keyfiles
