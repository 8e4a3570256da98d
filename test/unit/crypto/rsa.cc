#include "lib/crypto/rsa.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

#include "drivers/crypto/openssl/rsa.h"

namespace pellucid::crypto {
namespace {

class RsaTest : public testing::Test {
 protected:
  RsaTest() : pkey_(EVP_RSA_gen(1024)) {
    unsigned char* der = nullptr;
    const int size = i2d_PrivateKey(pkey_, &der);
    der_.assign(der, der + size);
    OPENSSL_clear_free(der, static_cast<std::size_t>(size));
    key_ = openssl::make_rsa(der_);
  }
  ~RsaTest() override { EVP_PKEY_free(pkey_); }

  std::vector<std::uint8_t> sealed(const std::vector<std::uint8_t>& plain, int padding = RSA_PKCS1_PADDING) {
    EVP_PKEY_CTX* const ctx = EVP_PKEY_CTX_new(pkey_, nullptr);
    EVP_PKEY_encrypt_init(ctx);
    EVP_PKEY_CTX_set_rsa_padding(ctx, padding);
    std::size_t size = 128;
    std::vector<std::uint8_t> out(size);
    EXPECT_EQ(EVP_PKEY_encrypt(ctx, out.data(), &size, plain.data(), plain.size()), 1);
    EVP_PKEY_CTX_free(ctx);
    return out;
  }

  EVP_PKEY* pkey_;
  std::vector<std::uint8_t> der_;
  std::unique_ptr<RsaKey> key_;
};

TEST_F(RsaTest, APremasterSecretIsOpenedAgainAndAgain) {
  ASSERT_NE(key_, nullptr);
  for (std::uint8_t fill = 1; fill < 4; ++fill) {
    const std::vector<std::uint8_t> plain(48, fill);
    Premaster out;
    EXPECT_EQ(key_->open(sealed(plain), out), Err::none);
    EXPECT_TRUE(std::ranges::equal(out.bytes(), plain));
  }
}

TEST_F(RsaTest, WhatWasNotMadeForItLeavesNothing) {
  Premaster out;
  auto good = sealed(std::vector<std::uint8_t>(48, 7));
  ASSERT_EQ(key_->open(good, out), Err::none);
  EXPECT_EQ(key_->open(sealed(std::vector<std::uint8_t>(47, 7)), out), Err::bad_value);
  EXPECT_EQ(key_->open(sealed(std::vector<std::uint8_t>(49, 7)), out), Err::bad_value);
  EXPECT_EQ(key_->open(sealed(std::vector<std::uint8_t>(128, 7), RSA_NO_PADDING), out), Err::bad_value);
  EXPECT_EQ(key_->open(Bytes(good).first(127), out), Err::bad_length);
  EXPECT_EQ(key_->open({}, out), Err::bad_length);
  EXPECT_EQ(key_->open(std::vector<std::uint8_t>(128, 0xff), out), Err::bad_value) << "beyond the modulus";
  EXPECT_TRUE(std::ranges::all_of(out.bytes(), [](std::uint8_t b) { return b == 0; }));
  EXPECT_EQ(key_->open(good, out), Err::none) << "a refusal must leave the key as it was";
}

TEST_F(RsaTest, ItIsNamedByItsPublicKey) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(pkey_, &der);
  PublicPrint print;
  EVP_Digest(der, static_cast<std::size_t>(size), print.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  EXPECT_EQ(key_->public_key(), print);
  EXPECT_EQ(key_->bits(), 1024u);
}

TEST_F(RsaTest, WhatIsNoRsaKeyIsNotTaken) {
  der_.push_back(0);
  EXPECT_EQ(openssl::make_rsa(der_), nullptr);
  EXPECT_EQ(openssl::make_rsa({}), nullptr);
  EVP_PKEY* const other = EVP_EC_gen("P-256");
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(other, &der);
  EXPECT_EQ(openssl::make_rsa({der, static_cast<std::size_t>(size)}), nullptr);
  OPENSSL_free(der);
  EVP_PKEY_free(other);
}

}  // namespace
}  // namespace pellucid::crypto
