// MemSource: frames that a test or benchmark gives, as bursts. One thread owns it and pulls.
#pragma once
#include <memory>
#include <vector>

#include "lib/engine/source.h"

namespace pellucid::io {

struct MemFrame {
  std::vector<std::uint8_t> bytes;
  std::uint64_t ts_ns = 0;
  net::Link link = net::Link::ethernet;
  std::uint16_t iface = 0;
  std::uint32_t wire_len = 0;  // taken where it is above what was captured
};

enum class Keep : std::uint8_t {
  all,    // every frame stays where it is: for benchmarks
  burst,  // a burst's frames are copies, overwritten and freed at the next pull: shows whoever holds them for longer
};

struct MemOptions {
  unsigned repeat = 1;                // how often all frames come; each pass is later by their duration + 1 ms
  std::uint32_t burst = net::kBurst;  // rows a pull, at most
  Keep keep = Keep::all;
};

class MemSource final : public engine::Source {
 public:
  static constexpr std::uint64_t kGapNs = 1'000'000;  // between passes

  explicit MemSource(const std::vector<MemFrame>& frames, const MemOptions& options = {});
  ~MemSource() override;

  bool pull(net::Burst& burst) noexcept override;

 private:
  struct Item {
    std::size_t at;  // where it begins in bytes_
    std::uint64_t ts_ns;
    std::uint32_t len;
    std::uint32_t wire_len;
    std::uint16_t iface;
    net::Link link;
  };
  void copy_frames(net::Burst& burst);
  void spoil() noexcept;

  std::vector<std::uint8_t> bytes_;  // all frames, one behind the other
  std::vector<Item> items_;
  MemOptions options_;
  std::size_t next_ = 0;
  unsigned pass_ = 0;
  std::uint64_t span_ns_ = 0;
  std::unique_ptr<std::uint8_t[]> lent_;  // Keep::burst: the copies of the last burst
  std::size_t lent_size_ = 0;
};

}  // namespace pellucid::io
