// Arena: the bounded memory that nDPI works in while one worker calls it. nDPI's allocation hooks are global to the process, so
// they go through a thread-local pointer: inside an ArenaScope to that worker's arena, outside of any to malloc. An arena is
// used by one thread at a time; who frees what another allocated is found by address.
#pragma once
#include <atomic>

#include "lib/base/slab.h"

namespace pellucid::dpi {

class Arena {
 public:
  static constexpr unsigned kMaxArenas = 512;  // in one process
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 32;

  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* claim(std::size_t size) noexcept;  // aligned to 16; null when full, and counted
  void drop(void* p) noexcept;
  bool owns(const void* p) const noexcept;

  std::size_t capacity_bytes() const noexcept { return capacity_; }
  std::size_t touched_bytes() const noexcept { return top_; }  // never shrinks: what the arena has needed at most
  std::size_t used_bytes() const noexcept { return used_; }    // in blocks that are out now, headers included
  std::uint64_t refused() const noexcept { return refused_; }

 private:
  static constexpr std::size_t kHeader = 16;
  static constexpr unsigned kClasses = 128;
  struct Block {  // in front of each block handed out; a free block also holds the next free one of its class
    std::uint64_t kind;
    std::uint32_t next;
    std::uint32_t spare;
  };
  static_assert(sizeof(Block) == kHeader);
  static constexpr std::uint64_t kLive = 0x4c495645'00000000;

  static unsigned class_of(std::size_t whole) noexcept;
  static std::size_t class_bytes(unsigned c) noexcept;
  Block& block(std::size_t offset) noexcept { return *reinterpret_cast<Block*>(memory_.at + offset); }

  std::size_t capacity_;
  LineArray<std::uint8_t> memory_;
  std::size_t top_ = 0;  // bytes ever handed out lie below this
  std::size_t used_ = 0;
  std::uint64_t refused_ = 0;
  std::uint32_t free_[kClasses];  // offset of the first free block of a class, in units of kHeader, or kNone
};

// While one lives, the calling thread's allocations in nDPI go to this arena.
class ArenaScope {
 public:
  explicit ArenaScope(Arena* arena) noexcept;
  ~ArenaScope();
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Arena* before_;
};

// The hooks to give to nDPI.
void* arena_malloc(std::size_t size);
void arena_free(void* p);

}  // namespace pellucid::dpi
