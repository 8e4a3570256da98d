// Lines: a Sink that writes text lines to a file or to standard output. What stands in the file is whole lines, also after a
// full disk: a torn line is cut off again. The program must ignore SIGPIPE, so that a reader who leaves shows as closed().
// One thread owns one.
#pragma once
#include <cstdint>

#include "lib/export/sink.h"

namespace pellucid::lines {

inline constexpr std::size_t kBuffer = 256 * 1024;  // gathered before a system call

class Lines final : public exporter::Sink {
 public:
  // `path` is created or emptied; `-` is standard output. Where that fails the sink is there, but failure() says why.
  explicit Lines(std::string path);
  ~Lines() override;
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  bool write(std::string_view lines) noexcept override;
  bool flush() noexcept override;
  bool closed() const noexcept override { return closed_; }
  std::string failure() const override { return failure_; }
  std::uint64_t written_bytes() const noexcept { return kept_; }

 private:
  bool put(std::string_view bytes) noexcept;
  void stop(int error) noexcept;
  void drop_torn_line(std::string_view reached) noexcept;

  std::string path_;
  std::string failure_;
  std::string buffer_;
  std::uint64_t kept_ = 0;  // bytes of whole lines that have reached the file
  int fd_ = -1;
  bool own_ = false;  // a file of ours: closed at the end, cut on failure
  bool closed_ = false;
  bool stopped_ = false;
};

}  // namespace pellucid::lines
