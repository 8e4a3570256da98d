#include "lib/export/eve_quic.h"

#include <gtest/gtest.h>

#include "lib/quic/session.h"
#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

TEST(EveQuic, HellosAreReadAgainAndFingerprintedAsQuics) {
  Bench b;
  QuicBody body{};
  body.version = quic::kV2;
  body.first = quic::kV1;
  body.cipher = 0x1301;
  body.group = 29;
  body.flags = quic::kQuicRetry | quic::kQuicEarlyData;
  body.id_size[0] = 2;
  body.id[0][0] = 0xc1;
  body.has_ids = 3;
  const Octets client = client_hello("www.example.org"), server = server_hello();
  const std::array pieces{piece(Part::client_hello, client), piece(Part::server_hello, server)};
  const std::string line = b.line(head_of(Kind::quic), body, pieces);
  EXPECT_TRUE(has(line, "\"event_type\":\"quic\""));
  EXPECT_TRUE(has(line, "\"quic\":{\"version\":\"v2\",\"sni\":\"www.example.org\",\"ja3\":{\"hash\":\""));
  EXPECT_TRUE(has(line, "\"ja4\":\"q13d0306h2_"));
  EXPECT_TRUE(has(line, "{\"type\":0,\"values\":[\"www.example.org\"]},{\"type\":10}"));
  EXPECT_TRUE(has(line, "{\"type\":16,\"values\":[\"h2\"]}"));
  EXPECT_TRUE(has(line, "\"ja3s\":{\"hash\":\""));
  EXPECT_TRUE(has(line,
                  "\"quic\":{\"first_version\":\"1\",\"client_alpns\":[\"h2\"],\"cipher\":\"TLS_AES_128_GCM_SHA256\","
                  "\"group\":\"x25519\",\"early_data\":\"sent\",\"retry\":true,"
                  "\"cids\":{\"client\":[\"c100\"],\"server\":[\"\"]}}"));
}

TEST(EveQuic, VersionsBearTheNamesThatReadersKnow) {
  Bench b;
  const auto version = [&](std::uint32_t v) {
    QuicBody body{};
    body.version = v;
    return b.line(head_of(Kind::quic), body);
  };
  EXPECT_TRUE(has(version(1), "\"version\":\"1\""));
  EXPECT_TRUE(has(version(0xff00001d), "\"version\":\"draft-29\""));
  EXPECT_TRUE(has(version(0x51303436), "\"version\":\"Q046\""));
  EXPECT_TRUE(has(version(0x54303531), "\"version\":\"T051\""));
  EXPECT_TRUE(has(version(0xfaceb002), "\"version\":\"0xfaceb002\""));
  EXPECT_TRUE(has(version(0), "\"quic\":{}"));
}

TEST(EveQuic, GooglesHelloGivesNameAgentAndItsOwnFingerprint) {
  Bench b;
  QuicBody body{};
  body.version = 0x51303433;
  body.google = 1;
  Octets hello = octets("CHLO");
  add(hello, {2, 0, 0, 0, 'S', 'N', 'I', 0, 9, 0, 0, 0, 'U', 'A', 'I', 'D', 14, 0, 0, 0});
  add(hello, as_bytes("a.exampleagent"));
  const std::array pieces{piece(Part::client_hello, hello)};
  const std::string line = b.line(head_of(Kind::quic), body, pieces);
  EXPECT_TRUE(has(line, "\"version\":\"Q043\",\"cyu\":[{\"hash\":\""));
  EXPECT_TRUE(has(line, "\"string\":\"43,SNI-UAID\"}],\"sni\":\"a.example\",\"ua\":\"agent\"}"));
  EXPECT_FALSE(has(line, "ja3"));
}

}  // namespace
}  // namespace pellucid::exporter
