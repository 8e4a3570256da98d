#include "lib/flow/bucket.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace pellucid::flow {
namespace {

TEST(Bucket, FindsTheSameSlotsAsItsPlainTwin) {
  std::mt19937 random(4);
  for (unsigned round = 0; round < 200'000; ++round) {
    Bucket b;
    for (std::uint16_t& tag : b.tag) tag = static_cast<std::uint16_t>(round % 2 == 0 ? random() : random() % 4);
    b.moved = static_cast<std::uint32_t>(random());
    for (std::uint32_t& flow : b.flow) flow = static_cast<std::uint32_t>(random());
    const std::uint16_t wanted =
        random() % 2 == 0 ? b.tag[random() % Bucket::kSlots] : static_cast<std::uint16_t>(random() % 4);
    ASSERT_EQ(match(b, wanted), match_plain(b, wanted)) << round;
  }
}

TEST(Bucket, SeesEverySingleSlotAndNothingBeyondThem) {
  for (unsigned slot = 0; slot < Bucket::kSlots; ++slot) {
    for (const std::uint16_t tag : {std::uint16_t{1}, std::uint16_t{0x8000}, std::uint16_t{0xffff}}) {
      Bucket b;
      std::memset(&b, 0, sizeof b);
      b.tag[slot] = tag;
      EXPECT_EQ(match(b, tag), 1u << slot);
      EXPECT_EQ(empty_slots(b), kAllSlots & ~(1u << slot));
      EXPECT_EQ(first_slot(match(b, tag)), slot);
    }
  }
  Bucket b;
  std::memset(&b, 0, sizeof b);
  b.moved = 0x0007'0007;
  std::memset(b.flow, 7, sizeof b.flow);
  EXPECT_EQ(match(b, 0x0007), 0u);
  EXPECT_EQ(match(b, 0x0707), 0u);
}

}  // namespace
}  // namespace pellucid::flow
