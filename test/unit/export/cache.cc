#include "lib/export/cache.h"

#include <string>

#include <gtest/gtest.h>

namespace pellucid::exporter {
namespace {

Fingerprint key_of(std::uint32_t n) {
  Fingerprint f{};
  std::memcpy(f.data(), &n, sizeof n);
  return f;
}

TEST(Cache, WhatWasPutIsFound) {
  Cache<std::string, 8> cache;
  EXPECT_EQ(cache.find(key_of(1)), nullptr);
  EXPECT_EQ(cache.put(key_of(1), "one"), "one");
  ASSERT_NE(cache.find(key_of(1)), nullptr);
  EXPECT_EQ(*cache.find(key_of(1)), "one");
}

TEST(Cache, NeverHoldsMoreThanItsLimit) {
  Cache<std::string, 8> cache;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    cache.put(key_of(i), std::to_string(i));
    ASSERT_LE(cache.size(), 8u);
    ASSERT_NE(cache.find(key_of(i)), nullptr);
  }
  EXPECT_EQ(cache.find(key_of(0)), nullptr);
}

TEST(Cache, WhatIsAskedForOftenStays) {
  Cache<std::string, 8> cache;
  cache.put(key_of(7777), "often");
  for (std::uint32_t i = 0; i < 1000; ++i) {
    cache.put(key_of(i), std::to_string(i));
    const std::string* often = cache.find(key_of(7777));
    ASSERT_NE(often, nullptr);
    ASSERT_EQ(*often, "often");
    ASSERT_LE(cache.size(), 8u);
  }
}

}  // namespace
}  // namespace pellucid::exporter
