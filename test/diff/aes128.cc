// Both drivers of AES-128 and of SHA-256 against each other: random keys, texts and messages, some tags damaged.
#include <gtest/gtest.h>

#include <random>

#include "drivers/crypto/ipsecmb/aes128.h"
#include "drivers/crypto/openssl/aes128.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/crypto/hkdf.h"
#include "test/unit/quic/make.h"

namespace pellucid::crypto {
namespace {

using quic::Octets;

Octets random_octets(std::mt19937& random, std::size_t size) {
  Octets out(size);
  for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

TEST(Aes128Diff, BlocksAndPackets) {
  std::mt19937 random(17);
  const auto fast = ipsecmb::make_aes128(), plain = openssl::make_aes128();
  ASSERT_TRUE(fast != nullptr && plain != nullptr);
  for (unsigned round = 0; round < 3000; ++round) {
    const Octets key = random_octets(random, kAesKey), nonce = random_octets(random, kGcmNonce);
    const Octets in = random_octets(random, kAesBlock);
    std::uint8_t a[kAesBlock], b[kAesBlock];
    fast->block(key, in, a);
    plain->block(key, in, b);
    ASSERT_TRUE(std::ranges::equal(a, b));
    const Octets also = random_octets(random, random() % 300), text = random_octets(random, random() % 1600);
    Octets sealed = quic::gcm(key, nonce, also, text);
    const bool damaged = random() % 3 == 0;
    if (damaged) sealed[random() % sealed.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    const Bytes all = sealed;
    const Sealed s{key, nonce, also, all.first(text.size()), all.subspan(text.size())};
    Octets by_fast(text.size() + 1), by_plain(text.size() + 1);
    ASSERT_EQ(fast->open(s, by_fast.data()), !damaged);
    ASSERT_EQ(plain->open(s, by_plain.data()), !damaged);
    ASSERT_EQ(by_fast, by_plain);
    ASSERT_TRUE(damaged || std::equal(text.begin(), text.end(), by_fast.begin()));
  }
}

TEST(HasherDiff, MessagesInParts) {
  std::mt19937 random(19);
  const auto fast = ipsecmb::make_hasher();
  const openssl::Hasher plain;
  ASSERT_NE(fast, nullptr);
  for (unsigned round = 0; round < 2000; ++round) {
    const Octets all = random_octets(random, random() % (ipsecmb::kMaxHashed + 1));
    const std::size_t cut = all.empty() ? 0 : random() % all.size();
    const Bytes first = Bytes(all).first(cut), second = Bytes(all).subspan(cut);
    std::uint8_t a[32], b[32];
    fast->digest(Hash::sha256, {first, second}, a);
    plain.digest(Hash::sha256, {first, second}, b);
    ASSERT_TRUE(std::ranges::equal(a, b)) << all.size();
    const Octets salt = random_octets(random, random() % 64);
    extract(*fast, Hash::sha256, salt, Bytes(all).first(all.size() / 2), a);
    extract(plain, Hash::sha256, salt, Bytes(all).first(all.size() / 2), b);
    ASSERT_TRUE(std::ranges::equal(a, b)) << all.size();
  }
}

}  // namespace
}  // namespace pellucid::crypto
