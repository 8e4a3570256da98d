// Varint: a number whose first two bits say how many octets it has (RFC 9000 16). A function, any thread.
#pragma once
#include "lib/base/cursor.h"

namespace pellucid::quic {

constexpr std::uint64_t read_varint(Cursor& in) noexcept {
  std::uint64_t v = in.u8();
  const unsigned more = (1u << (v >> 6)) - 1;
  v &= 0x3f;
  for (const std::uint8_t b : in.take(more)) v = v << 8 | b;
  return in.ok() ? v : 0;
}
constexpr Bytes take_varint(Cursor& in) noexcept {  // a view behind its length
  const std::uint64_t size = read_varint(in);
  if (size <= in.left()) return in.take(static_cast<std::size_t>(size));
  in.fail();
  return {};
}

}  // namespace pellucid::quic
