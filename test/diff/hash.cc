// The hashes against other implementations of the same: AES-NI against the plain twin, the queue hash against DPDK's Toeplitz
// hash.
#include "lib/net/hash.h"

#include <gtest/gtest.h>
#include <rte_thash.h>

#include <random>
#include <vector>

#include "lib/base/cursor.h"

namespace pellucid {
namespace {

using net::Key;

template <class T>
void fill(std::mt19937& random, T& value) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(&value);
  for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<std::uint8_t>(random());
}

TEST(HashDiff, AesNiAndPlainGiveTheSameBits) {
  if (net::choose_flow_hash() == net::flow_hash_plain) GTEST_SKIP() << "this CPU has no AES-NI";
  std::mt19937 random(1);
  for (unsigned n = 0; n <= net::kBurst; ++n) {
    net::HashSecret secret;
    fill(random, secret);
    std::vector<Key> keys(n + 1);
    for (Key& key : keys) fill(random, key);
    std::vector<std::uint64_t> plain(n + 1, 7);
    std::vector<std::uint64_t> vector(n + 1, 7);
    net::flow_hash_plain(secret, keys.data(), n, plain.data());
    net::flow_hash_aesni(secret, keys.data(), n, vector.data());
    EXPECT_EQ(plain, vector);
    EXPECT_EQ(vector[n], 7u) << "wrote beyond its count";
  }
}

// The input as a NIC takes it: addresses, then ports, from sender to receiver; DPDK wants it as words in host order.
std::uint32_t dpdk_hash(const Key& key, bool swapped) {
  const std::size_t width = key.family == 6 ? 16 : 4;
  std::vector<std::uint32_t> words;
  for (const std::uint8_t* address : {swapped ? key.b : key.a, swapped ? key.a : key.b}) {
    Cursor in(Bytes(address, width));
    while (in.left() > 0) words.push_back(in.u32());
  }
  const std::uint32_t ports = std::uint32_t{key.port_a} << 16 | key.port_b;
  words.push_back(swapped ? ports << 16 | ports >> 16 : ports);
  std::uint8_t rss_key[40];
  for (unsigned i = 0; i < sizeof rss_key; ++i) rss_key[i] = i % 2 == 0 ? 0x6d : 0x5a;
  return rte_softrss(words.data(), static_cast<std::uint32_t>(words.size()), rss_key);
}

TEST(HashDiff, TheQueueHashIsDpdksInBothDirections) {
  std::mt19937 random(2);
  for (unsigned i = 0; i < 20'000; ++i) {
    Key key{};
    key.family = i % 2 == 0 ? 4 : 6;
    key.proto = i % 3 == 0 ? 6 : 17;
    fill(random, key.a);
    fill(random, key.b);
    fill(random, key.port_a);
    fill(random, key.port_b);
    if (key.family == 4) {
      std::memset(key.a + 4, 0, 12);
      std::memset(key.b + 4, 0, 12);
    }
    ASSERT_EQ(net::queue_hash(key), dpdk_hash(key, false));
    ASSERT_EQ(net::queue_hash(key), dpdk_hash(key, true));
  }
}

}  // namespace
}  // namespace pellucid
