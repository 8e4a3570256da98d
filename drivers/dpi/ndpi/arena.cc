#include "drivers/dpi/ndpi/arena.h"

#include <algorithm>
#include <bit>
#include <mutex>

namespace pellucid::dpi {
namespace {

// Where the arenas of this process lie, so that free() finds an owner from any thread. Written under the mutex, read without.
struct Place {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<Arena*> arena{nullptr};
};
constinit Place places[Arena::kMaxArenas];
constinit std::atomic<unsigned> places_used{0};
constinit std::mutex places_mutex;

constinit thread_local Arena* current = nullptr;

Arena* owner_of(const void* p) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  const unsigned n = places_used.load(std::memory_order_acquire);
  for (unsigned i = 0; i < n; ++i) {
    if (at >= places[i].begin.load(std::memory_order_acquire) && at < places[i].end.load(std::memory_order_acquire)) {
      return places[i].arena.load(std::memory_order_acquire);
    }
  }
  return nullptr;
}

}  // namespace

Arena::Arena(std::size_t bytes) : capacity_(bytes / kHeader * kHeader), memory_(capacity_) {
  CHECK(capacity_ <= kMaxBytes);
  for (std::uint32_t& first : free_) first = kNone;
  const std::scoped_lock lock(places_mutex);
  unsigned i = 0;
  while (i < kMaxArenas && places[i].arena.load(std::memory_order_relaxed) != nullptr) ++i;
  CHECK(i < kMaxArenas);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory_.at);
  places[i].arena.store(this, std::memory_order_relaxed);
  places[i].begin.store(begin, std::memory_order_release);
  places[i].end.store(begin + capacity_, std::memory_order_release);
  if (i >= places_used.load(std::memory_order_relaxed)) places_used.store(i + 1, std::memory_order_release);
}

Arena::~Arena() {
  const std::scoped_lock lock(places_mutex);
  for (Place& place : places) {
    if (place.arena.load(std::memory_order_relaxed) != this) continue;
    place.end.store(0, std::memory_order_release);
    place.begin.store(0, std::memory_order_release);
    place.arena.store(nullptr, std::memory_order_release);
  }
}

// Sizes of whole blocks: four to each power of two, so that at most a fifth of a block is wasted: 32, 48, 64, 80, 96, 112, 128,
// 160, 192, 224, 256, 320 …
std::size_t Arena::class_bytes(unsigned c) noexcept { return std::size_t{4 + c % 4} << (c / 4 + 2); }

unsigned Arena::class_of(std::size_t whole) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(whole - 1));  // whole > 16
  const unsigned shift = width - 3;
  const auto quarter = static_cast<unsigned>((whole - 1) >> shift);  // 4 … 7: which quarter of its power of two
  return (shift - 2) * 4 + (quarter - 4) + 1;
}

void* Arena::claim(std::size_t size) noexcept {
  if (size > capacity_) {
    ++refused_;
    return nullptr;
  }
  const std::size_t whole = (std::max<std::size_t>(size, kHeader) + kHeader + kHeader - 1) / kHeader * kHeader;
  unsigned c = class_of(whole);
  std::size_t offset = 0;
  if (free_[c] == kNone && top_ + class_bytes(c) <= capacity_) {
    offset = top_;
    top_ += (class_bytes(c) + kHeader - 1) / kHeader * kHeader;
  } else {
    while (c < kClasses && free_[c] == kNone) ++c;  // a larger block is better than none
    if (c == kClasses) {
      ++refused_;
      return nullptr;
    }
    offset = std::size_t{free_[c]} * kHeader;
    free_[c] = block(offset).next;
  }
  block(offset).kind = kLive | c;
  used_ += class_bytes(c);
  return memory_.at + offset + kHeader;
}

void Arena::drop(void* p) noexcept {
  const auto offset = static_cast<std::size_t>(static_cast<std::uint8_t*>(p) - memory_.at) - kHeader;
  Block& b = block(offset);
  CHECK((b.kind & ~std::uint64_t{kClasses - 1}) == kLive);  // else freed twice, or overrun
  const auto c = static_cast<unsigned>(b.kind & (kClasses - 1));
  b.kind = 0;
  b.next = free_[c];
  free_[c] = static_cast<std::uint32_t>(offset / kHeader);
  used_ -= class_bytes(c);
}

bool Arena::owns(const void* p) const noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory_.at);
  return at >= begin && at < begin + capacity_;
}

ArenaScope::ArenaScope(Arena* arena) noexcept : before_(current) { current = arena; }
ArenaScope::~ArenaScope() { current = before_; }

void* arena_malloc(std::size_t size) { return current != nullptr ? current->claim(size) : std::malloc(size); }

void arena_free(void* p) {
  if (p == nullptr) return;
  Arena* arena = current != nullptr && current->owns(p) ? current : owner_of(p);
  if (arena != nullptr) {
    arena->drop(p);
  } else {
    std::free(p);
  }
}

}  // namespace pellucid::dpi
