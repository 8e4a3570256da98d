#include "lib/net/hash.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace pellucid {
namespace {

using net::HashSecret;
using net::Key;

HashSecret secret_of(std::uint8_t seed) {
  HashSecret s;
  for (unsigned i = 0; i < sizeof s.bytes; ++i) s.bytes[i] = static_cast<std::uint8_t>(seed + 37 * i);
  return s;
}

std::uint64_t hash_of(const HashSecret& secret, const Key& key) {
  std::uint64_t hash = 0;
  net::flow_hash_plain(secret, &key, 1, &hash);
  return hash;
}

Key key_of(std::uint8_t last, std::uint16_t port) {
  Key k{};
  k.a[0] = 10;
  k.b[0] = 11;
  k.b[3] = last;
  k.port_a = port;
  k.port_b = 443;
  k.proto = 6;
  k.family = 4;
  return k;
}

TEST(Hash, RoundsOverAZeroKeyAndSecretGiveTheKnownState) {
  // A uniform state stays uniform, each octet the substitute of the last: 00 63 fb 0f 76 38 07 c5 a6 24 36 after ten rounds.
  const HashSecret zero{};
  const Key key{};
  const std::uint64_t hash = hash_of(zero, key);
  std::uint8_t octet[8];
  std::memcpy(octet, &hash, sizeof hash);
  for (const std::uint8_t o : octet) EXPECT_EQ(o, octet[0]);
  EXPECT_EQ(octet[0], 0x36);
}

TEST(Hash, EachBitOfAKeyChangesAboutHalfOfTheHash) {
  const HashSecret secret = secret_of(1);
  const Key key = key_of(1, 2);
  const std::uint64_t base = hash_of(secret, key);
  for (unsigned bit = 0; bit < 384; ++bit) {
    Key other = key;
    reinterpret_cast<std::uint8_t*>(&other)[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const int changed = __builtin_popcountll(base ^ hash_of(secret, other));
    EXPECT_GT(changed, 12) << bit;
    EXPECT_LT(changed, 52) << bit;
  }
}

TEST(Hash, ManyLikeKeysDoNotCollideEvenInTheirLowHalf) {
  const HashSecret secret = secret_of(9);
  std::set<std::uint64_t> whole;
  std::set<std::uint32_t> low;
  for (unsigned last = 0; last < 64; ++last) {
    for (unsigned port = 0; port < 64; ++port) {
      const std::uint64_t h = hash_of(secret, key_of(static_cast<std::uint8_t>(last), static_cast<std::uint16_t>(port)));
      whole.insert(h);
      low.insert(static_cast<std::uint32_t>(h));
    }
  }
  EXPECT_EQ(whole.size(), 4096u);
  EXPECT_GT(low.size(), 4090u);
}

TEST(Hash, AnotherSecretGivesAnotherHash) {
  for (unsigned at = 0; at < 64; ++at) {
    HashSecret other = secret_of(1);
    other.bytes[at] ^= 1;
    EXPECT_NE(hash_of(secret_of(1), key_of(1, 1)), hash_of(other, key_of(1, 1))) << at;
  }
}

TEST(Hash, TheChosenKernelAgreesWithThePlainOne) {
  std::mt19937 random(7);
  std::vector<Key> keys(100);
  for (Key& key : keys) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(&key);
    for (unsigned i = 0; i < sizeof key; ++i) bytes[i] = static_cast<std::uint8_t>(random());
  }
  std::vector<std::uint64_t> plain(keys.size());
  std::vector<std::uint64_t> chosen(keys.size());
  net::flow_hash_plain(secret_of(3), keys.data(), 100, plain.data());
  net::choose_flow_hash()(secret_of(3), keys.data(), 100, chosen.data());
  EXPECT_EQ(plain, chosen);
}

TEST(Hash, FlowIdsFitInTheirBitsAndDependOnKeyAndTime) {
  std::set<std::uint64_t> ids;
  for (unsigned i = 0; i < 200; ++i) {
    const std::uint64_t id =
        net::flow_id(net::choose_flow_hash(), secret_of(2), key_of(static_cast<std::uint8_t>(i), 5), 1'700'000'000'000'000'000);
    EXPECT_LT(id, std::uint64_t{1} << 51);
    ids.insert(id);
    ids.insert(net::flow_id(net::choose_flow_hash(), secret_of(2), key_of(static_cast<std::uint8_t>(i), 5),
                            1'700'000'000'000'000'001));
  }
  EXPECT_EQ(ids.size(), 400u);
}

TEST(Hash, QueueHashIsThatOfTheSymmetricKeyAndRepeatsItsHalves) {
  Key key{};
  key.family = 4;
  EXPECT_EQ(net::queue_hash(key), 0u);
  key.a[0] = 0x80;  // the first bit of the input selects the first 32 bits of the RSS key
  EXPECT_EQ(net::queue_hash(key), 0x6d5a6d5au);
  key.a[0] = 0x40;
  EXPECT_EQ(net::queue_hash(key), 0xdab4dab4u);
}

TEST(Hash, AnSpiIsNoPortForAQueue) {
  Key key = key_of(1, 7);
  key.proto = 50;
  const std::uint32_t one = net::queue_hash(key);
  key.port_a = 8;
  EXPECT_EQ(net::queue_hash(key), one);
  key.proto = 6;
  EXPECT_NE(net::queue_hash(key), one);
}

}  // namespace
}  // namespace pellucid
