// File: a Target that appends lines to a file, puts it aside when it is large or old enough, and keeps it whole: what stands in
// it are whole lines, also while the disk is full and after the power went. One thread owns it.
#pragma once
#include <atomic>

#include "lib/export/target.h"

namespace pellucid::sinks {

enum class Sync : std::uint8_t { never, interval, always };

struct FileOptions {
  std::string path;
  std::uint64_t rotate_bytes = 0;  // 0: never for its size
  unsigned rotate_seconds = 0;     // 0: never for its age
  unsigned keep = 0;               // files put aside that stay; 0: all
  Sync sync = Sync::never;
};

inline constexpr std::uint64_t kSyncNs = 1'000'000'000;    // between syncs
inline constexpr std::size_t kMaxTail = 16 * 1024 * 1024;  // searched backwards for the last line's end

class File final : public exporter::Target {
 public:
  explicit File(FileOptions options) : options_(std::move(options)) {}
  ~File() override { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  Progress write(std::string_view lines) noexcept override;
  std::optional<exporter::Loss> settle(std::uint64_t now_ns) noexcept override;
  void reopen() noexcept override { close(); }
  std::string failure() const override { return failure_; }

  // Any thread.
  std::uint64_t rotations() const noexcept { return rotations_.load(std::memory_order_relaxed); }
  std::uint64_t mended_lines() const noexcept { return mended_.load(std::memory_order_relaxed); }  // found without their end

 private:
  bool open() noexcept;
  bool prepare() noexcept;
  std::size_t what_fits(std::string_view lines) const noexcept;
  bool mend() noexcept;
  void cut_back(std::size_t bytes) noexcept;
  bool rotate() noexcept;
  bool sync() noexcept;
  void close() noexcept;
  bool fail(std::string_view what, int error) noexcept;
  bool fail_with(std::string line) noexcept;

  FileOptions options_;
  std::string failure_;
  exporter::Loss trouble_ = exporter::Loss::io;  // of failure_
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t now_ns_ = 0;
  std::uint64_t opened_ns_ = 0;  // when the first line of this file was written, as far as is known
  std::uint64_t synced_ns_ = 0;
  bool unsynced_ = false;
  std::atomic<std::uint64_t> rotations_{0};
  std::atomic<std::uint64_t> mended_{0};
};

}  // namespace pellucid::sinks
