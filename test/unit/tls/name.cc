#include "lib/tls/name.h"

#include <gtest/gtest.h>

namespace pellucid::tls {
namespace {

TEST(Name, NumbersHaveTheNamesOfTheirRegistries) {
  EXPECT_EQ(suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(suite_name(0x0005), "TLS_RSA_WITH_RC4_128_SHA");
  EXPECT_EQ(suite_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(group_name(29), "x25519");
  EXPECT_EQ(group_name(0x11eb), "SecP256r1MLKEM768");
  EXPECT_EQ(group_name(0x6399), "X25519Kyber768Draft00");
  EXPECT_EQ(alert_name(40), "handshake_failure");
  EXPECT_EQ(alert_name(121), "ech_required");
}

TEST(Name, VersionsAreWrittenAsEveConsumersKnowThem) {
  EXPECT_EQ(version_name(0x0304), "TLS 1.3");
  EXPECT_EQ(version_name(0x0303), "TLS 1.2");
  EXPECT_EQ(version_name(0x0302), "TLS 1.1");
  EXPECT_EQ(version_name(0x0301), "TLSv1");
  EXPECT_EQ(version_name(0x0300), "SSLv3");
  EXPECT_EQ(version_name(0x0002), "SSLv2");
  EXPECT_EQ(version_name(0x7f12), "TLS 1.3 draft-18");
  EXPECT_EQ(version_name(0xfb1a), "TLS 1.3 draft-26-fb");
}

TEST(Name, WhatHasNoNameGivesAnEmptyOne) {
  EXPECT_TRUE(suite_name(0x0a0a).empty());
  EXPECT_TRUE(group_name(0).empty());
  EXPECT_TRUE(version_name(0x1234).empty());
  EXPECT_TRUE(alert_name(200).empty());
}

TEST(Name, OnlySuitesWithEphemeralCurvesHaveOneInTheirKeyExchange) {
  EXPECT_TRUE(has_curve(0xc02f));
  EXPECT_TRUE(has_curve(0xc018));   // ECDH_anon
  EXPECT_FALSE(has_curve(0xc037));  // ECDHE_PSK: a hint stands first
  EXPECT_FALSE(has_curve(0x009e));  // DHE
  EXPECT_FALSE(has_curve(0x002f));
}

TEST(Name, ACipherWithoutEncryptionHidesNothing) {
  EXPECT_TRUE(hides_nothing(0x0000));
  EXPECT_TRUE(hides_nothing(0x002c));  // PSK_WITH_NULL_SHA
  EXPECT_TRUE(hides_nothing(0xc0b4));  // TLS 1.3, integrity alone
  EXPECT_FALSE(hides_nothing(0x1301));
  EXPECT_FALSE(hides_nothing(0x0004));  // weak, but it hides
  EXPECT_FALSE(hides_nothing(0xfafa));  // nobody knows it
}

}  // namespace
}  // namespace pellucid::tls
