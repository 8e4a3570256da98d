// Slab<T>: a fixed number of T, claimed and dropped by index; pages are touched only when first used. One owner thread.
// Full: claim() gives kNone and the caller counts it.
#pragma once
#include <cstring>
#include <memory>
#include <type_traits>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/id.h"
#include "lib/base/memory.h"
#include "lib/base/prefetch.h"
#include "lib/base/refuse.h"

namespace pellucid {

struct Giver {
  std::size_t bytes = 0;
  void operator()(std::uint8_t* p) const noexcept { memory.give(p, bytes); }
};

// Zeroed memory, aligned to a cache line; large blocks are handed out untouched, so unused capacity costs nothing.
template <class T>
struct LineArray {
  std::unique_ptr<std::uint8_t[], Giver> raw;
  T* at = nullptr;
  explicit LineArray(std::size_t n)
      : raw(static_cast<std::uint8_t*>(memory.take(n * sizeof(T) + kLine)), Giver{n * sizeof(T) + kLine}) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    CHECK(raw != nullptr);
    const auto base = reinterpret_cast<std::uintptr_t>(raw.get());
    at = reinterpret_cast<T*>((base + kLine - 1) & ~(std::uintptr_t{kLine} - 1));
  }
};

template <class T>
class Slab {
 public:
  explicit Slab(std::uint32_t capacity) : items_(capacity), free_(capacity), capacity_(capacity) {}

  // The entry's bytes are whatever its last user left: the caller fills it in place.
  std::uint32_t claim() noexcept { return refuse(Refusal::slab, this) ? kNone : claim_promised(); }
  // The same for a caller that has made sure of room: kNone only where it has not.
  std::uint32_t claim_promised() noexcept {
    if (free_count_ > 0) {
      ++live_;
      return free_.at[--free_count_];
    }
    if (fresh_ == capacity_) return kNone;
    ++live_;
    return fresh_++;
  }
  void drop(std::uint32_t i) noexcept {
    DCHECK(i < fresh_ && live_ > 0);
    free_.at[free_count_++] = i;
    --live_;
  }
  T& operator[](std::uint32_t i) noexcept {
    DCHECK(i < fresh_);
    return items_.at[i];
  }
  const T& operator[](std::uint32_t i) const noexcept {
    DCHECK(i < fresh_);
    return items_.at[i];
  }
  void prefetch(std::uint32_t i, unsigned lines) const noexcept {  // the first lines of an entry
    const auto* at = reinterpret_cast<const std::uint8_t*>(&items_.at[i]);
    for (std::size_t line = 0; line < lines && line * kLine < sizeof(T); ++line) pellucid::prefetch(at + line * kLine);
  }
  std::uint32_t live() const noexcept { return live_; }
  std::uint32_t capacity() const noexcept { return capacity_; }

 private:
  LineArray<T> items_;
  LineArray<std::uint32_t> free_;
  std::uint32_t capacity_;
  std::uint32_t fresh_ = 0;       // entries below this were claimed at least once
  std::uint32_t free_count_ = 0;  // how many of those wait in free_
  std::uint32_t live_ = 0;
};

}  // namespace pellucid
