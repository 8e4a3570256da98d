#include "lib/keys/keylog.h"

#include <gtest/gtest.h>

namespace pellucid::keys {
namespace {

const std::string kRandom(64, '7');  // 32 octets of 0x77
const std::string kOther(64, '8');

LogId id_of(std::uint8_t octet, std::size_t size = 32, LogId::Kind kind = LogId::Kind::client_random) {
  return LogId::of(kind, std::vector<std::uint8_t>(size, octet));
}
std::string found(const Keylog& log, const LogId& id, Logged which) { return std::string(as_text(log.find(id, which))); }

}  // namespace

TEST(Keylog, FindsEachSecretOfASession) {
  Keylog log;
  const std::string text = "# a comment\n\nCLIENT_HANDSHAKE_TRAFFIC_SECRET " + kRandom + " 6161\r\n" +
                           "SERVER_HANDSHAKE_TRAFFIC_SECRET " + kRandom + "\t6262\n" + "CLIENT_TRAFFIC_SECRET_0 " + kRandom +
                           " 6363\nSERVER_TRAFFIC_SECRET_0 " + kRandom + " 6464 \nCLIENT_EARLY_TRAFFIC_SECRET " + kRandom +
                           " 6565\nCLIENT_RANDOM " + kOther + " 6A6b\nPMS_CLIENT_RANDOM " + kOther + " 6c\n";
  EXPECT_EQ(log.read(as_bytes(text)), text.size());
  EXPECT_EQ(found(log, id_of(0x77), Logged::client_handshake), "aa");
  EXPECT_EQ(found(log, id_of(0x77), Logged::server_handshake), "bb");
  EXPECT_EQ(found(log, id_of(0x77), Logged::client_application), "cc");
  EXPECT_EQ(found(log, id_of(0x77), Logged::server_application), "dd");
  EXPECT_EQ(found(log, id_of(0x77), Logged::client_early), "ee");
  EXPECT_EQ(found(log, id_of(0x77), Logged::master), "");
  EXPECT_EQ(found(log, id_of(0x88), Logged::master), "jk");
  EXPECT_EQ(found(log, id_of(0x88), Logged::premaster), "l");
  EXPECT_EQ(found(log, id_of(0x99), Logged::master), "");
  EXPECT_EQ(log.sessions(), 2u);
  EXPECT_EQ(log.stats().secrets, 7u);
  EXPECT_EQ(log.stats().malformed, 0u);
}

TEST(Keylog, KnowsTheOldLinesOfRsa) {
  Keylog log;
  log.read(as_bytes("RSA Session-ID:7777 Master-Key:6161\nRSA 7777777777777777 6262\n"));
  EXPECT_EQ(found(log, id_of(0x77, 2, LogId::Kind::session_id), Logged::master), "aa");
  EXPECT_EQ(found(log, id_of(0x77, 256, LogId::Kind::encrypted_premaster), Logged::premaster), "bb");
  EXPECT_EQ(log.sessions(), 2u);
}

TEST(Keylog, ALineMayComeInPieces) {
  Keylog log;
  const std::string text = "CLIENT_RANDOM " + kRandom + " 6161\nCLIENT_RANDOM " + kOther + " 6262";
  const std::size_t whole = text.find('\n') + 1;
  EXPECT_EQ(log.read(as_bytes(text.substr(0, 20))), 0u);
  EXPECT_EQ(log.read(as_bytes(text)), whole);
  EXPECT_EQ(log.sessions(), 1u);
  log.read_last(as_bytes(text.substr(whole)));
  EXPECT_EQ(found(log, id_of(0x88), Logged::master), "bb");
}

TEST(Keylog, WhatCannotBeReadIsCountedAndChangesNothing) {
  Keylog log;
  const std::string random = "CLIENT_RANDOM " + kRandom;
  const std::vector<std::string> lines{"CLIENT_RANDOM " + kRandom.substr(2) + " 6161",
                                       random,
                                       random + " ",
                                       random + " 616",
                                       random + " 61xx",
                                       random + " 6161 6161",
                                       random + " " + std::string(130, 'a'),
                                       "RSA 77 6161",
                                       "RSA Session-ID: Master-Key:6161",
                                       "CLIENT_RANDOM " + std::string(2000, 'a')};
  for (const std::string& line : lines) {
    const std::uint64_t before = log.stats().malformed;
    log.read_last(as_bytes(line));
    EXPECT_EQ(log.stats().malformed, before + 1) << line;
  }
  log.read(as_bytes("EXPORTER_SECRET " + kRandom + " 6161\n"));
  EXPECT_EQ(log.stats().unknown, 1u);
  EXPECT_EQ(log.sessions(), 0u);
}

TEST(Keylog, TheFirstSecretStaysAndSessionsAreBounded) {
  Keylog log;
  std::string text = "CLIENT_RANDOM " + kRandom + " 6161\nCLIENT_RANDOM " + kRandom + " 6262\n";
  log.read(as_bytes(text));
  EXPECT_EQ(found(log, id_of(0x77), Logged::master), "aa");
  for (std::size_t i = 1; i < Keylog::kMaxSessions + 5; ++i) {
    std::string hex = std::to_string(i);
    text = "CLIENT_RANDOM " + std::string(64 - hex.size(), '0') + hex + " 6161\n";
    log.read(as_bytes(text));
  }
  EXPECT_EQ(log.sessions(), Keylog::kMaxSessions);
  EXPECT_EQ(log.stats().refused, 5u);
}

}  // namespace pellucid::keys
