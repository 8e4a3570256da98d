// Ring: messages of any size from one producer thread to one consumer thread, in order, without a lock. The producer
// reserves, fills in place and commits; the consumer reads in place and releases. Full: reserve() gives an empty
// span and the producer counts the loss. Each side keeps a private copy of the other's index, so that a line moves only
// when that copy is spent.
#pragma once
#include <algorithm>
#include <atomic>

#include "lib/base/secret.h"
#include "lib/base/slab.h"

namespace pellucid {

class Ring {
 public:
  explicit Ring(std::size_t capacity_bytes) : mask_(capacity_bytes - 1), bytes_(capacity_bytes) {
    CHECK(capacity_bytes >= 4096 && (capacity_bytes & mask_) == 0);
  }

  // Producer. Room for one message of `size` bytes (1 … half the ring), 8-aligned and contiguous; commit() hands it over.
  MutBytes reserve(std::size_t size) noexcept { return reserve_at(head_.load(std::memory_order_relaxed), size); }
  // One message more, behind those reserved since the last commit(), which hands all of them over at once.
  MutBytes reserve_more(std::size_t size) noexcept { return reserve_at(pending_end_, size); }
  void commit() noexcept { head_.store(pending_end_, std::memory_order_release); }

  // Consumer. read() gives the messages one by one, then an empty span; all that was read stays valid until release(), which
  // gives it back at once. peek() starts again at the oldest message that was not released.
  Bytes read() noexcept {
    for (;;) {
      if (read_ == head_seen_ && read_ == (head_seen_ = head_.load(std::memory_order_acquire))) return {};
      std::uint64_t size;
      std::memcpy(&size, bytes_.at + (read_ & mask_), sizeof size);
      if (size != kSkip) {
        const std::size_t at = (read_ & mask_) + kHeader;
        read_ += round(static_cast<std::size_t>(size));
        return {bytes_.at + at, static_cast<std::size_t>(size)};
      }
      read_ += bytes() - (read_ & mask_);
    }
  }
  Bytes peek() noexcept {
    read_ = tail_.load(std::memory_order_relaxed);
    return read();
  }
  void release() noexcept { tail_.store(read_, std::memory_order_release); }
  // … and leaves nothing of it in memory.
  void release_wiped() noexcept {
    for (std::size_t at = tail_.load(std::memory_order_relaxed); at != read_;) {
      const std::size_t n = std::min(read_ - at, bytes() - (at & mask_));
      wipe(bytes_.at + (at & mask_), n);
      at += n;
    }
    release();
  }

  std::size_t used_bytes() const noexcept {  // either side, or an observer: may be stale, never negative
    const std::size_t tail = tail_.load(std::memory_order_acquire);
    const std::size_t head = head_.load(std::memory_order_acquire);
    return head - tail;
  }
  std::size_t bytes() const noexcept { return mask_ + 1; }

 private:
  static constexpr std::size_t kHeader = 8;
  static constexpr std::uint64_t kSkip = ~std::uint64_t{0};

  static constexpr std::size_t round(std::size_t size) noexcept { return (size + kHeader + 7) & ~std::size_t{7}; }
  void write_size(std::size_t at, std::uint64_t size) noexcept { std::memcpy(bytes_.at + (at & mask_), &size, sizeof size); }
  MutBytes reserve_at(std::size_t head, std::size_t size) noexcept {
    if (size == 0 || size > bytes() / 2 - kHeader) return {};  // an empty message would read as "nothing there"
    const std::size_t whole = round(size);
    const std::size_t to_end = bytes() - (head & mask_);
    const std::size_t skip = to_end < whole ? to_end : 0;  // a message never wraps: the rest of the lap is skipped
    if (!free(head, skip + whole) || refuse(Refusal::ring, this)) return {};
    if (skip != 0) write_size(head, kSkip);
    pending_ = head + skip;
    write_size(pending_, size);
    pending_end_ = pending_ + whole;
    return {bytes_.at + (pending_ & mask_) + kHeader, size};
  }
  bool free(std::size_t head, std::size_t need) noexcept {
    if (head + need - tail_seen_ <= bytes()) return true;
    tail_seen_ = tail_.load(std::memory_order_acquire);
    return head + need - tail_seen_ <= bytes();
  }

  const std::size_t mask_;
  LineArray<std::uint8_t> bytes_;
  alignas(kLine) std::atomic<std::size_t> head_{0};  // written by the producer
  std::size_t tail_seen_ = 0;
  std::size_t pending_ = 0;
  std::size_t pending_end_ = 0;
  alignas(kLine) std::atomic<std::size_t> tail_{0};  // written by the consumer
  std::size_t head_seen_ = 0;
  std::size_t read_ = 0;
};

}  // namespace pellucid
