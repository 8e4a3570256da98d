#include "lib/keys/vault.h"

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/rsa.h"

namespace pellucid::keys {
namespace {

using crypto::Group;
using Added = Vault::Added;

std::vector<std::uint8_t> number(unsigned n) {
  std::vector<std::uint8_t> out(32, 0x40);
  out[15] = static_cast<std::uint8_t>(n >> 8);
  out[16] = static_cast<std::uint8_t>(n);
  return out;
}

FoundKey key_of(Group group, unsigned n) {
  FoundKey key;
  key.dh = openssl::make_dh(group, number(n));
  return key;
}

struct Bench {
  openssl::Digests digests;
  Vault vault{digests};
  std::string id;
  KeyPrints prints;

  std::vector<std::uint8_t> add(FoundKey key, const std::string& file = "a.pem", std::int64_t now_s = 100) {
    const std::vector<std::uint8_t> share(key.dh->share().begin(), key.dh->share().end());
    EXPECT_EQ(vault.add(std::move(key), file, now_s, id), Added::done);
    return share;
  }
};

TEST(Vault, AKeyIsFoundByItsWholeShareAndGroup) {
  Bench b;
  std::vector<std::vector<std::uint8_t>> shares;
  for (unsigned n = 0; n < 20; ++n) shares.push_back(b.add(key_of(n % 2 ? Group::x25519 : Group::secp256r1, n)));
  for (unsigned n = 0; n < 20; ++n) {
    const Group group = n % 2 ? Group::x25519 : Group::secp256r1;
    crypto::DhKey* const found = b.vault.find(group, shares[n], 100, b.prints);
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(std::ranges::equal(found->share(), shares[n]));
    EXPECT_EQ(b.vault.find(n % 2 ? Group::secp256r1 : Group::x25519, shares[n], 100, b.prints), nullptr);
    auto other = shares[n];
    other.back() ^= 1;
    EXPECT_EQ(b.vault.find(group, other, 100, b.prints), nullptr);
    EXPECT_EQ(b.vault.find(group, Bytes(shares[n]).first(shares[n].size() - 1), 100, b.prints), nullptr);
  }
}

TEST(Vault, WhatAKeyIsKnownByIsMadeOfItsPublicHalf) {
  Bench b;
  const auto share = b.add(key_of(Group::x25519, 1), "folder/one.pem");
  b.vault.find(Group::x25519, share, 100, b.prints);
  std::uint8_t digest[32];
  b.digests.sha256(share, digest);
  EXPECT_EQ(hex_of(b.prints.visibility), hex_of(Bytes(digest).first(10)));
  const KeyView* const view = b.vault.find(b.id);
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->id, hex_of(Bytes(digest).first(8)));
  EXPECT_EQ(view->file, "folder/one.pem");
  EXPECT_EQ(view->added_s, 100);
  EXPECT_FALSE(view->is_rsa());
  std::vector<std::uint8_t> info{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00};  // RFC 8410
  info.insert(info.end(), share.begin(), share.end());
  b.digests.sha256(info, digest);
  EXPECT_EQ(hex_of(b.prints.public_key), hex_of(digest));
}

TEST(Vault, AKeyThatIsThereIsNotTakenTwice) {
  Bench b;
  b.add(key_of(Group::x25519, 1));
  const std::string id = b.id;
  EXPECT_EQ(b.vault.add(key_of(Group::x25519, 1), "b.pem", 100, b.id), Added::known);
  EXPECT_EQ(b.id, id);
  EXPECT_EQ(b.vault.find(id)->file, "a.pem");
}

TEST(Vault, WhenItIsFullItSaysSoAndKeepsWhatItHas) {
  Bench b;
  for (unsigned n = 0; n < Vault::kMaxKeys - 1; ++n) b.add(key_of(Group::x25519, n));
  FoundKey pair = key_of(Group::x25519, 5000);
  pair.twin = openssl::make_dh(Group::x25519, number(5001));
  EXPECT_EQ(b.vault.add(std::move(pair), "pair.pem", 100, b.id), Added::full) << "a pair needs two places";
  b.add(key_of(Group::x25519, 6000));
  EXPECT_EQ(b.vault.add(key_of(Group::x25519, 7000), "more.pem", 100, b.id), Added::full);
  EXPECT_EQ(b.vault.size(), Vault::kMaxKeys);
}

TEST(Vault, TimesAreKept) {
  Bench b;
  FoundKey key = key_of(Group::x25519, 1);
  key.not_before_s = 200;
  key.not_after_s = 300;
  const auto share = b.add(std::move(key));
  EXPECT_EQ(b.vault.find(Group::x25519, share, 199, b.prints), nullptr);
  EXPECT_NE(b.vault.find(Group::x25519, share, 200, b.prints), nullptr);
  EXPECT_EQ(b.vault.find(Group::x25519, share, 300, b.prints), nullptr) << "late, although nobody has cleared it away";
  EXPECT_TRUE(b.vault.expire(299).empty());
  ASSERT_EQ(b.vault.expire(300).size(), 1u);
  EXPECT_EQ(b.vault.size(), 0u);
  FoundKey late = key_of(Group::x25519, 2);
  late.not_after_s = 100;
  EXPECT_EQ(b.vault.add(std::move(late), "late.pem", 100, b.id), Added::expired);
}

TEST(Vault, KeysGoByTheirIdWithTheirTwinByTheirFileAndAllAtOnce) {
  Bench b;
  FoundKey pair = key_of(Group::x25519, 1);
  pair.twin = openssl::make_dh(Group::x25519, number(2));
  b.add(std::move(pair), "pair.pem");
  const std::string twin = b.vault.find(b.id)->twin;
  const auto share = b.add(key_of(Group::x25519, 3), "c.pem");
  b.add(key_of(Group::x25519, 4), "c.pem");
  b.add(key_of(Group::x25519, 5), "d.pem");
  EXPECT_TRUE(b.vault.zeroise("0000000000000000").empty());
  EXPECT_EQ(b.vault.zeroise(twin).size(), 2u);
  EXPECT_EQ(b.vault.zeroise_file("c.pem").size(), 2u);
  EXPECT_EQ(b.vault.find(Group::x25519, share, 100, b.prints), nullptr);
  EXPECT_EQ(b.vault.zeroise_all().size(), 1u);
  EXPECT_TRUE(b.vault.list().empty());
}

}  // namespace
}  // namespace pellucid::keys
