#include "lib/crypto/suite.h"

#include <gtest/gtest.h>

#include <string>

#include "lib/tls/suite.h"

namespace pellucid::crypto {
namespace {

// What a suite's name says of its hash and cipher.
void expect(const Suite& suite, std::string_view name) {
  SCOPED_TRACE(name);
  const auto says = [&](std::string_view part) { return name.find(part) != name.npos; };
  const Shape s = shape(suite.cipher);
  EXPECT_EQ(s.kind == Kind::aead, says("GCM") || says("CCM") || says("POLY1305"));
  EXPECT_EQ(s.kind == Kind::cbc, says("CBC"));
  EXPECT_EQ(s.kind == Kind::mac_only, says("NULL"));
  EXPECT_EQ(s.kind == Kind::aead, suite.mac == Hash::none);
  if (says("AES_128")) {
    EXPECT_EQ(s.key, 16);
  }
  if (says("AES_256") || says("CHACHA20")) {
    EXPECT_EQ(s.key, 32);
  }
  if (says("3DES")) {
    EXPECT_EQ(s.key, 24);
  }
  if (s.kind == Kind::aead) {
    EXPECT_EQ(s.tag, says("CCM_8") ? 8 : 16);
  }
  EXPECT_EQ(suite.prf, says("SHA384") ? Hash::sha384 : Hash::sha256);
  if (s.kind != Kind::aead) {
    const Hash mac = says("SHA384") ? Hash::sha384 : says("SHA256") ? Hash::sha256 : says("MD5") ? Hash::md5 : Hash::sha1;
    EXPECT_EQ(suite.mac, mac);
  }
  EXPECT_EQ(suite.exchange == Exchange::tls13, !says("_WITH_"));
  EXPECT_EQ(suite.exchange == Exchange::ecdhe, says("_ECDHE_ECDSA_") || says("_ECDHE_RSA_") || says("_ECDH_anon_"));
  EXPECT_EQ(suite.exchange == Exchange::rsa, says("TLS_RSA_WITH"));
}

TEST(Suite, EachIsWhatItsNameSays) {
  unsigned named = 0;
  for (const Suite& suite : kSuites) {
    for (const tls::Suite& name : tls::kSuites) {
      if (name.id != suite.id) continue;
      expect(suite, name.name);
      ++named;
    }
  }
  EXPECT_EQ(named, std::size(kSuites));
}

TEST(Suite, WhatCannotBeReadIsNotFound) {
  EXPECT_EQ(find_suite(0x0005), nullptr);  // RC4
  EXPECT_EQ(find_suite(0x00ff), nullptr);  // a signal, no suite
  ASSERT_NE(find_suite(0x1301), nullptr);
  EXPECT_EQ(find_suite(0x1301)->cipher, Cipher::aes128_gcm);
  EXPECT_EQ(find_suite(0xc02c)->prf, Hash::sha384);
}

}  // namespace
}  // namespace pellucid::crypto
