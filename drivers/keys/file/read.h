// Files that hold secrets, read into memory that wipes itself, and only where nobody else could have read them before.
#pragma once
#include <memory>
#include <string>

#include "lib/keys/key_file.h"

namespace pellucid::keyfiles {

class Text {  // of one file
 public:
  MutBytes bytes() noexcept { return memory_->bytes().first(size_); }
  std::int64_t changed_s() const noexcept { return changed_s_; }  // by ctime, which nobody can set back

 private:
  friend bool read_private(const std::string& path, Text& out, std::string& problem);
  static constexpr std::size_t kRoom = keys::kMaxKeyFile + 1;  // so that a file that is too large shows

  std::unique_ptr<Secret<kRoom>> memory_ = std::make_unique<Secret<kRoom>>();
  std::size_t size_ = 0;
  std::int64_t changed_s_ = 0;
};

// False: one line in `problem`, which begins with the path.
bool read_private(const std::string& path, Text& out, std::string& problem);

}  // namespace pellucid::keyfiles
