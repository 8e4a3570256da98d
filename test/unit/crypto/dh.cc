#include "lib/crypto/dh.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "drivers/crypto/openssl/dh.h"
#include "test/unit/crypto/hex.h"

namespace pellucid::crypto {
namespace {

// A number that fits each group and is a key of it.
std::unique_ptr<DhKey> key_of(Group group, std::uint8_t fill) {
  std::vector<std::uint8_t> secret(is_curve_point(group) || group <= Group::x448 ? shared_size(group) : 32, fill);
  if (group == Group::secp521r1) secret[0] = 0;  // its order has 521 bits of 528
  return openssl::make_dh(group, secret);
}

std::string shared(DhKey& key, Bytes peer) {
  Secret<kMaxShare> out;
  const Err err = key.derive(peer, out);
  return err == Err::none ? hex(out.bytes().first(shared_size(key.group()))) : std::string(label(err));
}

TEST(Dh, TheTraceOfRfc8448) {
  const auto server =
      openssl::make_dh(Group::x25519, unhex("b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e"));
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(hex(server->share()), "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f");
  EXPECT_EQ(shared(*server, unhex("99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c")),
            "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
}

TEST(Dh, P256OfRfc5903) {  // 8.1
  const auto key =
      openssl::make_dh(Group::secp256r1, unhex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"));
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(hex(key->share()),
            "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f"
            "58389e0577b8990bb3");
  EXPECT_EQ(shared(*key, unhex("04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c5"
                               "8d6aac23f046ada30f8353e74f33039872ab")),
            "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

TEST(Dh, BothEndsComeToTheSameSecretAgainAndAgain) {
  for (const Group group : kGroups) {
    SCOPED_TRACE(static_cast<unsigned>(group));
    const auto a = key_of(group, 0x21), b = key_of(group, 0x43), c = key_of(group, 0x65);
    ASSERT_TRUE(a != nullptr && b != nullptr && c != nullptr);
    EXPECT_EQ(a->share().size(), share_size(group));
    const std::string with_b = shared(*a, b->share());
    EXPECT_EQ(with_b.size(), 2 * shared_size(group));
    EXPECT_EQ(with_b, shared(*b, a->share()));
    EXPECT_NE(with_b, shared(*a, c->share()));
    EXPECT_EQ(with_b, shared(*a, b->share())) << "one derivation must leave nothing for the next";
  }
}

TEST(Dh, SharesOfAnotherLengthAreRefused) {
  for (const Group group : kGroups) {
    const auto a = key_of(group, 0x21), b = key_of(group, 0x43);
    std::vector<std::uint8_t> share(b->share().begin(), b->share().end());
    share.push_back(0);
    EXPECT_EQ(shared(*a, share), "bad_length");
    EXPECT_EQ(shared(*a, Bytes(share).first(share.size() - 2)), "bad_length");
    EXPECT_EQ(shared(*a, {}), "bad_length");
  }
}

TEST(Dh, PointsThatAreOnNoCurveAreRefused) {
  for (const Group group : {Group::secp256r1, Group::secp384r1, Group::secp521r1}) {
    const auto a = key_of(group, 0x21), b = key_of(group, 0x43);
    std::vector<std::uint8_t> share(b->share().begin(), b->share().end());
    share.back() ^= 1;
    EXPECT_EQ(shared(*a, share), "bad_value");
    share.back() ^= 1;
    share[0] = 6;  // the hybrid form, which TLS does not know
    EXPECT_EQ(shared(*a, share), "bad_value");
    EXPECT_EQ(shared(*a, std::vector<std::uint8_t>(share.size(), 0)), "bad_value");
    EXPECT_NE(shared(*a, b->share()), "bad_value") << "a refusal must leave the key as it was";
  }
}

TEST(Dh, SharesThatGiveASecretKnownToAllAreRefused) {
  const auto x25519 = key_of(Group::x25519, 0x21), x448 = key_of(Group::x448, 0x21);
  EXPECT_EQ(shared(*x25519, std::vector<std::uint8_t>(32, 0)), "bad_value");
  EXPECT_EQ(shared(*x25519, unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
            "bad_value");  // order 8
  EXPECT_EQ(shared(*x448, std::vector<std::uint8_t>(56, 0)), "bad_value");
  for (const Group group : {Group::ffdhe2048, Group::ffdhe3072, Group::ffdhe4096}) {
    const auto a = key_of(group, 0x21);
    std::vector<std::uint8_t> share(share_size(group), 0);
    EXPECT_EQ(shared(*a, share), "bad_value");
    share.back() = 1;
    EXPECT_EQ(shared(*a, share), "bad_value");
    EXPECT_EQ(shared(*a, std::vector<std::uint8_t>(share_size(group), 0xff)), "bad_value");  // beyond the prime
  }
}

TEST(Dh, WhatIsNoKeyIsNotTaken) {
  EXPECT_EQ(openssl::make_dh(Group::secp256r1, std::vector<std::uint8_t>(32, 0)), nullptr);
  EXPECT_EQ(openssl::make_dh(Group::secp256r1, std::vector<std::uint8_t>(32, 0xff)), nullptr);  // beyond the order
  EXPECT_EQ(openssl::make_dh(Group::x25519, std::vector<std::uint8_t>(31, 1)), nullptr);
  EXPECT_EQ(openssl::make_dh(Group::ffdhe2048, {}), nullptr);
  EXPECT_EQ(openssl::make_dh(Group{0x11ec}, std::vector<std::uint8_t>(32, 1)), nullptr);
}

TEST(Dh, KeysComeFromDer) {
  for (const char* const curve : {"P-256", "P-384", "P-521"}) {
    EVP_PKEY* const key = EVP_EC_gen(curve);
    unsigned char* der = nullptr;
    const int size = i2d_PrivateKey(key, &der);  // SEC1
    std::vector<std::uint8_t> bytes(der, der + size);
    const auto read = openssl::read_dh(bytes);
    ASSERT_NE(read, nullptr) << curve;
    unsigned char* share = nullptr;
    const std::size_t share_octets = EVP_PKEY_get1_encoded_public_key(key, &share);
    EXPECT_EQ(hex(read->share()), hex({share, share_octets}));
    bytes.pop_back();
    EXPECT_EQ(openssl::read_dh(bytes), nullptr);
    OPENSSL_free(der);
    OPENSSL_free(share);
    EVP_PKEY_free(key);
  }
  const auto pkcs8 = unhex("302e020100300506032b656e04220420b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e");
  const auto x25519 = openssl::read_dh(pkcs8);
  ASSERT_NE(x25519, nullptr);
  EXPECT_EQ(hex(x25519->share()), "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f");
}

TEST(Dh, KeysForSignaturesAreNotTaken) {
  const auto ed25519 =
      unhex("302e020100300506032b657004220420b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e");
  EXPECT_EQ(openssl::read_dh(ed25519), nullptr);
}

}  // namespace
}  // namespace pellucid::crypto
