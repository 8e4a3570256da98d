// Cursor: reads big-endian fields from a view and never leaves it. The first shortage makes it fail for good: later reads
// give zeros and empty views, so a parser is a straight line that asks ok() once. Owned by the parser on its stack.
#pragma once
#include <cstring>
#include <type_traits>

#include "lib/base/bytes.h"

namespace pellucid {

class Cursor {
  // First, since clang 14 evaluates a function template at compile time only where its body comes before its callers.
  constexpr bool has(std::size_t n) noexcept {
    if (n <= left() && ok_) return true;
    fail();
    return false;
  }
  template <class T, unsigned kWidth = sizeof(T)>
  constexpr T number() noexcept {
    if (!has(kWidth)) return 0;
    const std::uint8_t* const from = at_;
    at_ += kWidth;
    if (!std::is_constant_evaluated() && kWidth == sizeof(T)) return swapped<T>(from);
    T v = 0;
    for (unsigned i = 0; i < kWidth; ++i) v = static_cast<T>(v << (kWidth > 1 ? 8 : 0) | from[i]);
    return v;
  }
  // One load and one instruction that turns it round: g++ 12 makes of the loop as many loads as there are octets.
  template <class T>
  static T swapped(const std::uint8_t* from) noexcept {
    T v;
    std::memcpy(&v, from, sizeof v);
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(v);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(v);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(v);
    return v;
  }

 public:
  explicit constexpr Cursor(Bytes bytes) noexcept : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  constexpr bool ok() const noexcept { return ok_; }
  constexpr std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  constexpr std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  constexpr bool done() const noexcept { return ok_ && at_ == end_; }
  constexpr Bytes rest() const noexcept { return {at_, left()}; }

  constexpr std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
  constexpr std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
  constexpr std::uint32_t u24() noexcept { return number<std::uint32_t, 3>(); }
  constexpr std::uint32_t u32() noexcept { return number<std::uint32_t>(); }
  constexpr std::uint64_t u64() noexcept { return number<std::uint64_t>(); }

  constexpr Bytes take(std::size_t n) noexcept {
    if (!has(n)) return {};
    const Bytes taken{at_, n};
    at_ += n;
    return taken;
  }
  constexpr void skip(std::size_t n) noexcept { static_cast<void>(take(n)); }
  constexpr Bytes take8() noexcept { return take(u8()); }    // a view behind its one-octet length
  constexpr Bytes take16() noexcept { return take(u16()); }  // … two-octet length
  constexpr Bytes take24() noexcept { return take(u24()); }  // … three-octet length
  constexpr void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

}  // namespace pellucid
