// Bucket: one cache line of a Table: ten slots, each a 16-bit tag and the index of a flow. All tags are compared at once.
// Owned by the Table.
#pragma once
#include <bit>
#include <cstring>

#include "lib/base/bytes.h"
#include "lib/base/id.h"

namespace pellucid::flow {

struct alignas(kLine) Bucket {
  static constexpr unsigned kSlots = 10;

  std::uint16_t tag[kSlots];  // 0: the slot is empty
  std::uint32_t moved;        // flows whose first bucket is this one, but which live in their second
  std::uint32_t flow[kSlots];
};
static_assert(sizeof(Bucket) == kLine);

// A set of slots; bit i stands for slot i.
using Slots = std::uint32_t;
inline constexpr Slots kAllSlots = (1u << Bucket::kSlots) - 1;

inline Slots match_plain(const Bucket& b, std::uint16_t tag) noexcept {
  Slots found = 0;
  for (unsigned i = 0; i < Bucket::kSlots; ++i) found |= (b.tag[i] == tag ? 1u : 0u) << i;
  return found;
}

// The same with SSE2, which every x86-64 has: two overlapping loads of eight tags, so that nothing beyond the tags is read.
// Compiler built-ins, since the intrinsics' header would bring a few thousand lines into every file that sees a Table.
inline Slots match(const Bucket& b, std::uint16_t tag) noexcept {
  static_assert(Bucket::kSlots == 10);
  using Tags [[gnu::vector_size(16)]] = std::uint16_t;
  using Bytes16 [[gnu::vector_size(16)]] = char;
  const Tags wanted = Tags{} + tag;
  Tags low, high;
  std::memcpy(&low, b.tag, sizeof low);
  std::memcpy(&high, b.tag + 2, sizeof high);
  const Bytes16 equal = __builtin_ia32_packsswb128(low == wanted, high == wanted);
  const auto bits = static_cast<std::uint32_t>(__builtin_ia32_pmovmskb128(equal));
  return (bits & 0xff) | (bits >> 6 & 0x300);  // bits 14 and 15 are slots 8 and 9
}

inline Slots empty_slots(const Bucket& b) noexcept { return match(b, 0); }
inline unsigned first_slot(Slots s) noexcept { return static_cast<unsigned>(std::countr_zero(s)); }

}  // namespace pellucid::flow
