#include "lib/base/ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace pellucid {
namespace {

bool put(Ring& ring, std::size_t size, std::uint8_t fill) {
  const MutBytes room = ring.reserve(size);
  if (room.empty()) return false;
  std::memset(room.data(), fill, room.size());
  ring.commit();
  return true;
}

bool is_all(Bytes b, std::size_t size, std::uint8_t fill) {
  return b.size() == size && std::all_of(b.begin(), b.end(), [fill](std::uint8_t x) { return x == fill; });
}

TEST(Ring, GivesMessagesInOrderAndNothingWhenEmpty) {
  Ring ring(4096);
  EXPECT_TRUE(ring.read().empty());
  ASSERT_TRUE(put(ring, 1, 1));
  ASSERT_TRUE(put(ring, 100, 2));
  EXPECT_TRUE(is_all(ring.read(), 1, 1));
  EXPECT_TRUE(is_all(ring.read(), 100, 2));
  EXPECT_TRUE(ring.read().empty());
}

TEST(Ring, HidesAMessageUntilItIsCommitted) {
  Ring ring(4096);
  const MutBytes room = ring.reserve(10);
  ASSERT_EQ(room.size(), 10u);
  EXPECT_TRUE(ring.read().empty());
  EXPECT_EQ(ring.used_bytes(), 0u);
  ring.commit();
  EXPECT_EQ(ring.read().size(), 10u);
}

TEST(Ring, ForgetsAReservationThatIsReplaced) {
  Ring ring(4096);
  static_cast<void>(ring.reserve(1000));
  ASSERT_TRUE(put(ring, 8, 5));
  EXPECT_TRUE(is_all(ring.read(), 8, 5));
  EXPECT_TRUE(ring.read().empty());
}

TEST(Ring, PeeksAtTheOldestUntilItIsReleased) {
  Ring ring(4096);
  put(ring, 3, 1);
  put(ring, 4, 2);
  EXPECT_TRUE(is_all(ring.peek(), 3, 1));
  EXPECT_TRUE(is_all(ring.peek(), 3, 1));
  ring.release();
  EXPECT_TRUE(is_all(ring.peek(), 4, 2));
  EXPECT_TRUE(ring.read().empty());
  EXPECT_TRUE(is_all(ring.peek(), 4, 2)) << "peek starts again at what was not released";
  ring.release();
  EXPECT_EQ(ring.used_bytes(), 0u);
}

TEST(Ring, RefusesWhenFullAndGoesOnAfterARelease) {
  Ring ring(4096);
  unsigned n = 0;
  while (put(ring, 504, static_cast<std::uint8_t>(n))) ++n;
  EXPECT_EQ(n, 8u) << "512 bytes a message with its length";
  EXPECT_EQ(ring.used_bytes(), ring.bytes());
  EXPECT_TRUE(is_all(ring.read(), 504, 0));
  EXPECT_FALSE(put(ring, 504, 9)) << "read is not yet released";
  ring.release();
  EXPECT_TRUE(put(ring, 504, 9));
  for (unsigned i = 1; i < 8; ++i) EXPECT_TRUE(is_all(ring.read(), 504, static_cast<std::uint8_t>(i)));
  EXPECT_TRUE(is_all(ring.read(), 504, 9));
}

TEST(Ring, RefusesSizesThatCanNeverFit) {
  Ring ring(4096);
  EXPECT_TRUE(ring.reserve(0).empty());
  EXPECT_FALSE(put(ring, 0, 0));
  EXPECT_TRUE(ring.reserve(2048 - 7).empty());
  EXPECT_FALSE(ring.reserve(2048 - 8).empty()) << "half the ring with its length is the largest";
  for (std::size_t less = 0; less < 32; ++less) {
    EXPECT_TRUE(ring.reserve(std::numeric_limits<std::size_t>::max() - less).empty()) << less;
  }
  EXPECT_TRUE(ring.read().empty());
}

TEST(Ring, TakesTheLargestMessageAtAnyPlaceOfItsLap) {
  for (std::size_t before = 1; before < 4096 - 16; before += 8) {
    Ring ring(4096);
    for (std::size_t left = before; left > 0;) {
      const std::size_t n = std::min<std::size_t>(left, 2000);
      ASSERT_TRUE(put(ring, n, 1));
      ASSERT_TRUE(is_all(ring.read(), n, 1));
      ring.release();
      left -= n;
    }
    ASSERT_TRUE(put(ring, 2040, 7)) << "an empty ring takes it, wherever its head is: " << before;
    EXPECT_TRUE(is_all(ring.read(), 2040, 7));
    EXPECT_TRUE(ring.read().empty());
  }
}

TEST(Ring, AlignsMessagesToEightBytes) {
  Ring ring(4096);
  for (std::size_t n = 1; n < 20; ++n) {
    const MutBytes room = ring.reserve(n);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % 8, 0u);
    ring.commit();
  }
}

}  // namespace
}  // namespace pellucid
