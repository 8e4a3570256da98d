// Cursor: reads big-endian fields from a view and never leaves it. The first shortage makes it fail for good: later reads
// give zeros and empty views, so a parser is a straight line that asks ok() once. Owned by the parser on its stack.
#pragma once
#include "lib/base/bytes.h"

namespace pellucid {

class Cursor {
  // First, since clang 14 evaluates a function template at compile time only where its body comes before its callers.
  constexpr bool has(std::size_t n) noexcept {
    if (n <= left() && ok_) return true;
    fail();
    return false;
  }
  // In the type that is asked for: g++ makes one load and a byte swap of this only where no wider type holds the sum.
  template <class T, unsigned kWidth = sizeof(T)>
  constexpr T number() noexcept {
    if (!has(kWidth)) return 0;
    T v = 0;
    for (unsigned i = 0; i < kWidth; ++i) v = static_cast<T>(v << (kWidth > 1 ? 8 : 0) | at_[i]);
    at_ += kWidth;
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
