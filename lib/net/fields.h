// Fields: a Cursor over a file format whose writer chose the byte order. Owned by the reader on its stack.
#pragma once
#include <bit>

#include "lib/base/cursor.h"

namespace pellucid::net {

template <std::endian kOrder>
class Fields {
 public:
  explicit constexpr Fields(Bytes bytes) noexcept : in_(bytes) {}

  constexpr bool ok() const noexcept { return in_.ok(); }
  constexpr std::size_t left() const noexcept { return in_.left(); }
  constexpr std::uint8_t u8() noexcept { return in_.u8(); }
  constexpr std::uint16_t u16() noexcept {
    const std::uint16_t v = in_.u16();
    return kOrder == std::endian::big ? v : __builtin_bswap16(v);
  }
  constexpr std::uint32_t u32() noexcept {
    const std::uint32_t v = in_.u32();
    return kOrder == std::endian::big ? v : __builtin_bswap32(v);
  }
  constexpr std::uint64_t u64() noexcept {
    const std::uint64_t v = in_.u64();
    return kOrder == std::endian::big ? v : __builtin_bswap64(v);
  }
  constexpr Bytes take(std::size_t n) noexcept { return in_.take(n); }
  constexpr void skip(std::size_t n) noexcept { in_.skip(n); }

 private:
  Cursor in_;
};

}  // namespace pellucid::net
