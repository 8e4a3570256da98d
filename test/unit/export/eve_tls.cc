#include "lib/export/eve_tls.h"

#include <gtest/gtest.h>

#include "lib/tls/session.h"
#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

struct FakeReader final : CertificateReader {
  CertificateText text;
  unsigned asked = 0;
  const CertificateText& read(Bytes der) noexcept override {
    ++asked;
    text.sha1[0] = der.empty() ? std::uint8_t{0} : der[0];
    return text;
  }
};

TlsBody body12() {
  TlsBody b{};
  b.version = 0x0303;
  b.cipher = 0xc02f;
  b.group = 29;
  return b;
}

TEST(EveTls, HellosAreReadAgainAndFingerprinted) {
  Bench b;
  const Octets client = client_hello("www.example.org");
  const Octets server = server_hello();
  const std::array pieces{piece(Part::client_hello, client), piece(Part::server_hello, server)};
  const std::string line = b.line(head_of(Kind::tls), body12(), pieces);
  EXPECT_TRUE(has(line, "\"version\":\"TLS 1.2\",\"sni\":\"www.example.org\",\"ja3\":{\"hash\":\""));
  EXPECT_TRUE(has(line, "\"string\":\"771,4865-49199-156,0-10-11-13-16-43,29-23,0\"}"));
  EXPECT_TRUE(has(line, "\"ja4\":\"t13d0306h2_"));
  EXPECT_TRUE(has(line,
                  "\"client_alpns\":[\"h2\"],\"client_handshake\":{\"version\":\"TLS 1.3\",\"ciphers\":[4865,49199,156],"
                  "\"exts\":[0,10,11,13,16,43],\"sig_algs\":[1027,2052]}"));
  EXPECT_TRUE(has(line,
                  "\"string\":\"771,49199,65281-16\"},\"server_alpns\":[\"h2\"],"
                  "\"server_handshake\":{\"version\":\"TLS 1.2\",\"cipher\":49199,\"exts\":[65281,16]}"));
  EXPECT_TRUE(has(line, "\"tls\":{\"cipher\":\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\",\"group\":\"x25519\""));
}

TEST(EveTls, ASessionWithoutServerIsUndetermined) {
  Bench b;
  const Octets client = client_hello("a.example", "");
  const std::array pieces{piece(Part::client_hello, client)};
  const std::string line = b.line(head_of(Kind::tls), TlsBody{}, pieces);
  EXPECT_TRUE(has(line, "\"version\":\"UNDETERMINED\""));
  EXPECT_FALSE(has(line, "client_alpns"));
  EXPECT_TRUE(has(line, "\"tls\":{}}}"));
  EXPECT_TRUE(has(b.line(head_of(Kind::tls), TlsBody{}), "\"tls\":{\"version\":\"UNDETERMINED\"}"));
}

TEST(EveTls, TheLeafStandsUnderEvesNames) {
  FakeReader reader;
  reader.text.subject = "C=DE, CN=a";
  reader.text.issuer = "CN=\"ca\"";
  reader.text.serial = "00:FF";
  reader.text.not_before = "2022-12-01T06:47:31";
  reader.text.not_after = "9999-12-31T23:59:59";
  reader.text.sans = {"a.example", "10.0.0.1"};
  Bench b({}, &reader);
  const Octets chain = certificates({{0xaa, 1, 2}, {0xbb}, {0xcc}});
  const Octets own = certificates({{0xdd}});
  const std::array pieces{piece(Part::certificates, chain), piece(Part::client_certificates, own)};
  const std::string line = b.line(head_of(Kind::tls), body12(), pieces);
  EXPECT_EQ(reader.asked, 2u);
  EXPECT_TRUE(has(line,
                  "\"tls\":{\"subject\":\"C=DE, CN=a\",\"issuerdn\":\"CN=\\\"ca\\\"\",\"serial\":\"00:FF\","
                  "\"fingerprint\":\"aa:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00\","
                  "\"notbefore\":\"2022-12-01T06:47:31\",\"subjectaltname\":[\"a.example\",\"10.0.0.1\"]"));
  EXPECT_TRUE(has(line, "\"client\":{\"subject\":\"C=DE, CN=a\""));
  EXPECT_TRUE(has(line, "\"fingerprint\":\"dd:00"));
  EXPECT_TRUE(has(line, "\"chain_length\":3,\"notafter\":\"9999-12-31T23:59:59\"}"));  // not a year that EVE's form holds
}

TEST(EveTls, ACutChainStillGivesItsLeaf) {
  FakeReader reader;
  reader.text.subject = "CN=leaf";
  Bench b({}, &reader);
  const Octets chain = certificates({Octets(1000, 1), Octets(60'000, 2)});
  const std::array pieces{piece(Part::certificates, chain)};
  const std::string line = b.line(head_of(Kind::tls), body12(), pieces);
  EXPECT_TRUE(has(line, "\"subject\":\"CN=leaf\""));
  EXPECT_TRUE(has(line, "\"chain_length\":1"));
  EXPECT_TRUE(has(line, "\"incomplete\":true"));
  EXPECT_EQ(reader.asked, 1u);
}

TEST(EveTls, AnEmptyOrTornChainGivesNothing) {
  FakeReader reader;
  Bench b({}, &reader);
  for (const Octets& message : {Octets{0, 0, 0}, Octets{0, 0}, Octets{0, 0, 9, 0, 0, 6, 1, 2}}) {
    const std::array pieces{piece(Part::certificates, message)};
    EXPECT_FALSE(has(b.line(head_of(Kind::tls), body12(), pieces), "fingerprint"));
  }
  EXPECT_EQ(reader.asked, 0u);
}

TEST(EveTls, WhatTheHandshakeShowedStandsUnderPellucid) {
  Bench b;
  TlsBody body = body12();
  body.version = 0x0304;
  body.cipher = 0xfefe;
  body.group = 0xfefe;
  body.flags =
      tls::kTlsHrr | tls::kTlsResumed | tls::kTlsPsk | tls::kTlsEarlyOffered | tls::kTlsEarlyData | tls::kTlsEncryptThenMac;
  body.ech = static_cast<std::uint8_t>(tls::Ech::grease);
  body.alert_level[1] = 2;
  body.alert[1] = 40;
  const std::string line = b.line(head_of(Kind::tls), body);
  EXPECT_TRUE(has(line, "\"session_resumed\":true,\"version\":\"TLS 1.3\""));
  EXPECT_TRUE(has(line,
                  "\"tls\":{\"cipher\":\"0xfefe\",\"group\":\"0xfefe\",\"ech\":\"grease\",\"early_data\":\"sent\",\"hrr\":true,"
                  "\"psk\":true,\"encrypt_then_mac\":true,\"alert\":[{\"from\":\"server\",\"level\":\"fatal\","
                  "\"description\":\"handshake_failure\"}]}"));
}

TEST(EveTls, ABrokenHelloGivesWhatCouldBeRead) {
  Bench b;
  const Octets whole = client_hello("www.example.org");
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const std::array pieces{piece(Part::client_hello, Bytes(whole).first(n), Cut::cut)};
    const std::string line = b.line(head_of(Kind::tls), body12(), pieces);
    ASSERT_TRUE(has(line, "\"incomplete\":true"));
    ASSERT_EQ(line.back(), '\n');
  }
}

}  // namespace
}  // namespace pellucid::exporter
