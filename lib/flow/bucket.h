// Bucket: one cache line of a Table: ten slots, each a 16-bit tag and the index of a flow. All tags are compared at once.
// Owned by the Table.
#pragma once
#include <emmintrin.h>

#include <bit>

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
inline Slots match(const Bucket& b, std::uint16_t tag) noexcept {
  static_assert(Bucket::kSlots == 10);
  const __m128i wanted = _mm_set1_epi16(static_cast<short>(tag));
  const __m128i low = _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b.tag)), wanted);
  const __m128i high = _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b.tag + 2)), wanted);
  const auto bits = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
  return (bits & 0xff) | (bits >> 6 & 0x300);  // bits 14 and 15 are slots 8 and 9
}

inline Slots empty_slots(const Bucket& b) noexcept { return match(b, 0); }
inline unsigned first_slot(Slots s) noexcept { return static_cast<unsigned>(std::countr_zero(s)); }

}  // namespace pellucid::flow
