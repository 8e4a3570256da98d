// FileSource: frames from a capture file or standard input: pcap or pcapng, plain or gzip, read in blocks, never mapped. One
// thread pulls and owns it; bytes_read() and bytes_whole() are for any thread.
#pragma once
#include <memory>
#include <vector>

#include "drivers/io/file/input.h"
#include "lib/base/slab.h"
#include "lib/engine/source.h"
#include "lib/net/pcap.h"

namespace pellucid::io {

struct FileOptions {
  unsigned repeat = 1;  // how often the capture is read; each pass after the first is later by the capture's duration + 1 ms
  net::SecretsTaker* secrets = nullptr;  // who takes the secrets that a capture bears; it outlives the source
};

class FileSource final : public engine::Source {
 public:
  // What a second-level cache holds: 2 MiB measured a quarter slower a packet, 4 MiB slower still.
  static constexpr std::size_t kBlock = 1024 * 1024;
  static constexpr std::uint64_t kGapNs = 1'000'000;  // between the passes of a repeated capture

  // `path`, or standard input for "-". Nothing, and one line in `problem`, where that is not a capture that can be read.
  static std::unique_ptr<FileSource> open(const std::string& path, const FileOptions& options, std::string& problem);

  // Frames stay valid until the next pull. No rows but true: a signal came or a pipe is slow; ask again.
  bool pull(net::Burst& burst) noexcept override;
  std::string failure() const override { return failure_; }

  std::uint64_t bytes_read() const noexcept { return input_.bytes_read(); }  // of the file as it lies there, all passes
  std::uint64_t bytes_whole() const noexcept { return bytes_whole_; }        // what bytes_read() will reach; 0: not known
  // The following grow while the capture is read; for the thread that pulls, or after it.
  std::uint64_t frames() const noexcept { return frames_; }                                      // of all passes
  std::uint64_t secrets() const noexcept { return reader_->secrets(); }                          // decryption secrets blocks
  std::span<const net::Interface> interfaces() const noexcept { return reader_->interfaces(); }  // with link types
  std::vector<std::string> interface_names() const;  // fit for a terminal; empty where not told

 private:
  FileSource(std::string name, int fd, const FileOptions& options);

  std::string begin();
  Input::State refill() noexcept;
  bool next_pass() noexcept;
  void shift_times(net::Burst& burst) noexcept;
  bool stop(std::string_view why, std::uint64_t offset) noexcept;

  std::string name_;
  Input input_;
  std::unique_ptr<net::PcapReader> reader_;
  LineArray<std::uint8_t> buffer_;  // room for what is left of a block, then a block: so each is read to the same place
  Bytes unread_;
  std::uint64_t bytes_whole_;
  std::uint64_t frames_ = 0;
  std::uint64_t first_ns_ = 0;  // of the first pass
  std::uint64_t last_ns_ = 0;
  std::uint64_t shift_ns_ = 0;  // of this pass
  std::uint64_t pass_frames_ = 0;
  net::SecretsTaker* taker_;
  unsigned passes_left_;  // after this one
  bool ended_ = false;
  std::string failure_;
};

}  // namespace pellucid::io
