#include "lib/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>

namespace pellucid {

TEST(Secret, LeavesNothingBehind) {
  using Key = Secret<32>;
  alignas(Key) unsigned char memory[sizeof(Key)];
  Key* key = new (memory) Key;
  std::ranges::fill(key->bytes(), 0xa5);
  EXPECT_EQ(std::ranges::count(memory, 0xa5), 32);
  key->~Key();
  EXPECT_EQ(std::ranges::count(memory, 0xa5), 0);
}

TEST(Secret, IsComparedAsAWhole) {
  std::uint8_t a[16] = {1, 2, 3}, b[16] = {1, 2, 3};
  EXPECT_TRUE(same_secret(a, b));
  for (std::size_t i = 0; i < 16; ++i) {
    b[i] ^= 0x80;
    EXPECT_FALSE(same_secret(a, b)) << i;
    b[i] ^= 0x80;
  }
  EXPECT_FALSE(same_secret(a, Bytes(b).first(15)));
  EXPECT_TRUE(same_secret({}, {}));
}

}  // namespace pellucid
