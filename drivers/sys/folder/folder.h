// Folder: a Shelf on disk, a file a name. What is written goes into a file beside it, to the disk, and then takes the name: a
// crash leaves the old text or the new one. Belongs to the thread that uses it.
#pragma once
#include <memory>

#include "lib/base/shelf.h"

namespace pellucid::sys {

inline constexpr std::size_t kMaxNames = 10'000;  // files of a folder that are looked at

class Folder final : public Shelf {
 public:
  // Makes it where it is not there. Null: one line in `problem`.
  static std::unique_ptr<Folder> open(const std::string& path, std::string& problem);
  ~Folder() override;

  bool write(const std::string& name, std::string_view text, std::string& problem) override;
  bool read(const std::string& name, std::size_t most, std::string& text, std::string& problem) override;
  void drop(const std::string& name) override;
  std::vector<std::string> names() override;

 private:
  Folder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  bool fail(const std::string& name, const char* what, std::string& problem) const;

  std::string path_;
  int fd_;
};

}  // namespace pellucid::sys
