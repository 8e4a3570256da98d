// Input: the octets of one file or of standard input, unpacked if they are gzip. Owned by a FileSource, on the thread that
// pulls; only bytes_read() is for other threads.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "drivers/io/file/gunzip.h"

namespace pellucid::io {

class Input {
 public:
  enum class State {
    data,         // `size` octets were read
    later,        // nothing yet: a pipe is empty, or a signal came while it was
    interrupted,  // a signal came first: the caller may want to stop
    end,          // of the file
    failed,       // see what()
  };
  struct Got {
    State state;
    std::size_t size = 0;
  };
  static constexpr std::size_t kPacked = 256 * 1024;  // gzip octets read at once
  static constexpr int kPatienceMs = 100;             // so long a silent pipe is waited for, then the caller may want to stop

  // Owns `fd`.
  explicit Input(int fd);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Looks at the first octets, to know gzip. Needed before read(), until it gives data or end.
  Got begin() noexcept;
  // What is there now, up to out.size(): a file gives all of it, a pipe what its writer has sent.
  Got read(MutBytes out) noexcept;
  // Begins again at the octet where the file stood at first.
  bool rewind() noexcept;

  bool can_rewind() const noexcept { return start_ >= 0; }
  bool packed() const noexcept { return gunzip_ != nullptr; }
  const std::string& what() const noexcept { return what_; }
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }  // of a regular file, when it was opened; else 0
  std::uint64_t bytes_read() const noexcept { return bytes_read_.load(std::memory_order_relaxed); }

 private:
  Got read_fd(MutBytes out) noexcept;
  Got read_packed(MutBytes out) noexcept;
  Got fail(std::string what) noexcept;

  int fd_;
  std::int64_t start_ = -1;  // where the file stood at first; -1: it cannot be rewound
  std::uint64_t size_bytes_ = 0;
  std::atomic<std::uint64_t> bytes_read_{0};
  std::vector<std::uint8_t> head_;  // what was read from the file, before it is handed out or unpacked
  Bytes raw_;                       // the part of it that is left
  std::unique_ptr<Gunzip> gunzip_;
  std::string what_;
};

}  // namespace pellucid::io
