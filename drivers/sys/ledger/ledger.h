// Ledger: lines in a file that only grows. What a crash left of a last line is cut off at opening, and said. Belongs to the
// thread that uses it; sync() may be called by another.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pellucid::sys {

class Ledger {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;  // octets of a line that is read
  static constexpr std::uint64_t kStride = 256;       // lines between two whose place is remembered

  // Makes it, for its owner alone, where it is not there. see() gets every line, without its end, and says whether to go on.
  // Null: one line in `problem`.
  using See = std::function<bool(std::string_view line)>;
  static std::unique_ptr<Ledger> open(const std::string& path, const See& see, std::string& problem);
  ~Ledger();

  // All of the line or nothing of it. False: one line in `problem`.
  bool append(std::string_view line, std::string& problem);
  bool sync(std::string& problem) const;
  // So many lines from the n-th on, the first being 0; fewer at the end. False: one line in `problem`.
  bool read(std::uint64_t from, std::size_t most, std::vector<std::string>& lines, std::string& problem) const;

  // Whether the file is still the one that was written, of the size that it was given. False: one line in `problem`.
  bool whole(std::string& problem) const;

  std::uint64_t lines() const noexcept { return lines_; }
  std::uint64_t bytes() const noexcept { return size_; }
  std::uint64_t cut() const noexcept { return cut_; }  // octets of a torn last line

 private:
  Ledger(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  bool load(const See& see, std::string& problem);
  bool fail(const char* what, std::string& problem) const;

  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t cut_ = 0;
  std::vector<std::uint64_t> place_;  // of every kStride-th line
};

}  // namespace pellucid::sys
