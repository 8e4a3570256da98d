#include "lib/tls/hello.h"

#include <gtest/gtest.h>

#include "test/unit/tls/make.h"

namespace pellucid::tls {
namespace {

using namespace make;

TEST(Hello, AHybridClientHelloIsReadWhole) {
  const Octets body = hybrid_hello("pq.example.org");
  ASSERT_GT(body.size(), 1700u);
  const auto h = read_client_hello(body);
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->malformed);
  EXPECT_EQ(h->version, 0x0303);
  EXPECT_EQ(h->real_version(), 0x0304);
  EXPECT_EQ(as_text(h->sni), "pq.example.org");
  EXPECT_EQ(h->ciphers.size(), 5u);
  EXPECT_TRUE(h->ciphers.contains(0xc02f));
  EXPECT_EQ(h->groups.size(), 4u);
  EXPECT_EQ(h->signatures[2], 0x0401);
  EXPECT_EQ(h->session_id.size(), 32u);
  EXPECT_EQ(h->psk_modes.size(), 1u);
  EXPECT_EQ(h->ech, Ech::offered);
  EXPECT_EQ(h->ech_config_id, 7);
  Bytes name;
  Alpns protocols(h->alpn);
  ASSERT_TRUE(protocols.next(name));
  EXPECT_EQ(as_text(name), "h2");
  ASSERT_TRUE(protocols.next(name));
  EXPECT_EQ(as_text(name), "http/1.1");
  EXPECT_FALSE(protocols.next(name));
}

TEST(Hello, KeySharesAreWalkedWithTheirSizes) {
  const Octets body = hybrid_hello("x");
  const auto h = read_client_hello(body);
  KeyShares shares(h->key_shares);
  std::vector<std::pair<std::uint16_t, std::size_t>> got;
  for (KeyShare s{}; shares.next(s);) got.emplace_back(s.group, s.key.size());
  EXPECT_EQ(got, (std::vector<std::pair<std::uint16_t, std::size_t>>{{0x4a4a, 1}, {0x11ec, 1216}, {29, 32}}));
}

TEST(Hello, WhatExtensionsAnnounceIsKeptAsBits) {
  const Octets list = join({extension(5, {1, 0, 0, 0, 0}), extension(22, {}), extension(23, {}), extension(28, number(4001, 2)),
                            extension(35, {1, 2}), extension(42, {}), extension(49, {}), extension(0xff01, {0}),
                            extension(27, sized(1, numbers({2}))), extension(41, Octets(8, 0))});
  const Octets body = client_hello(0x0303, numbers({0x1301}), list);
  const auto h = read_client_hello(body);
  ASSERT_TRUE(h);
  EXPECT_EQ(h->has, kHasStatusRequest | kHasEncryptThenMac | kHasExtendedMasterSecret | kHasTicket | kHasTicketData |
                        kHasEarlyData | kHasPostHandshakeAuth | kHasRenegotiationInfo | kHasPsk | kHasExtensions);
  EXPECT_EQ(h->record_size_limit, 4001);
  EXPECT_EQ(h->cert_compressions[0], 2);
  EXPECT_EQ(h->ech, Ech::none);
}

TEST(Hello, AHelloWithoutExtensionsIsWhole) {
  const Octets body = client_hello(0x0300, numbers({0x0035}), {});
  const auto h = read_client_hello(body);
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->malformed);
  EXPECT_EQ(h->has, 0u);
  EXPECT_EQ(h->real_version(), 0x0300);
}

TEST(Hello, ABrokenExtensionLeavesWhatStoodBeforeIt) {
  Octets list = sni("kept.example");
  add(list, join({number(16, 2), number(400, 2), {1, 2, 3}}));  // announces more than there is
  const Octets body = client_hello(0x0303, numbers({0x1301}), list);
  const auto h = read_client_hello(body);
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->malformed);
  EXPECT_EQ(as_text(h->sni), "kept.example");
}

TEST(Hello, EveryTruncationIsSurvivedAndMarked) {
  const Octets body = hybrid_hello("cut.example");
  for (std::size_t n = 0; n < body.size(); ++n) {
    const auto h = read_client_hello(Bytes(body).first(n));
    if (n < 34) {
      EXPECT_EQ(h.err(), Err::truncated);
      continue;
    }
    ASSERT_TRUE(h) << n;
    const std::size_t without_extensions = 2 + 32 + 33 + 12 + 2;
    EXPECT_EQ(h->malformed, n != without_extensions) << n;
  }
}

TEST(Hello, TheRealVersionPassesOverGreaseAndPrefersTheFinalTls13) {
  const auto version = [](std::initializer_list<std::uint16_t> offered) {
    const Octets body = client_hello(0x0303, numbers({0x1301}), extension(43, sized(1, numbers(offered))));
    return read_client_hello(body)->real_version();
  };
  EXPECT_EQ(version({0xfafa, 0x0303, 0x0302}), 0x0303);
  EXPECT_EQ(version({0xfb1a, 0x0304}), 0x0304);
  EXPECT_EQ(version({0x7f17, 0x0303}), 0x7f17);
  EXPECT_EQ(version({0x0a0a}), 0x0303);
  EXPECT_TRUE(is_grease(0x0a0a) && is_grease(0xfafa) && !is_grease(0x0a1a) && !is_grease(0x0b0b));
}

TEST(Hello, AServerHelloSaysWhatWasChosen) {
  const Octets body = server_hello(
      0x0303, 0x1302,
      join({extension(43, numbers({0x0304})), extension(51, key_share(0x11ec, 1120)), extension(41, number(3, 2))}));
  const auto h = read_server_hello(body);
  ASSERT_TRUE(h);
  EXPECT_EQ(h->real_version(), 0x0304);
  EXPECT_EQ(h->cipher, 0x1302);
  EXPECT_EQ(h->group, 0x11ec);
  EXPECT_EQ(h->psk, 3);
  EXPECT_TRUE(h->has & kHasPsk);
  EXPECT_FALSE(h->retry || h->malformed);
}

TEST(Hello, ARetryIsToldByItsRandom) {
  const Octets body = server_hello(0x0303, 0x1301, extension(51, numbers({24})), retry_random());
  const auto h = read_server_hello(body);
  EXPECT_TRUE(h->retry);
  EXPECT_EQ(h->group, 24);
}

TEST(Hello, AnEarlyDraftsServerHelloHasNeitherSessionNorCompression) {
  const Octets body = join({number(0x7f13, 2), Octets(32, 1), number(0x1302, 2), sized(2, extension(40, key_share(29, 32)))});
  const auto h = read_server_hello(body);
  ASSERT_TRUE(h);
  EXPECT_EQ(h->cipher, 0x1302);
  EXPECT_EQ(h->group, 29);
  EXPECT_EQ(h->real_version(), 0x7f13);
  EXPECT_TRUE(is_tls13(h->real_version()));
}

TEST(Hello, AServersAlpnIsOneName) {
  const Octets body = server_hello(0x0303, 0xc02f, alpn({"h2"}));
  EXPECT_EQ(as_text(read_server_hello(body)->alpn), "h2");
}

TEST(Hello, AnSslv2HelloKeepsItsThreeOctetSuites) {
  const Octets bytes = v2_hello();
  const auto h = read_v2_client_hello(Bytes(bytes).subspan(2));
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->v2);
  EXPECT_EQ(h->version, 0x0301);
  EXPECT_EQ(h->v2_ciphers.size(), 9u);
  EXPECT_EQ(h->random.size(), 16u);
  EXPECT_FALSE(h->malformed);
}

TEST(Hello, AHelloBeyondTheLimitIsRefused) {
  const Octets body = client_hello(0x0303, numbers({0x1301}), extension(21, Octets(kMaxHello, 0)));
  EXPECT_EQ(read_client_hello(body).err(), Err::too_long);
}

TEST(Hello, EncryptedSniIsNotEch) {
  const Octets body = client_hello(0x0303, numbers({0x1301}), extension(0xffce, Octets(20, 0)));
  EXPECT_EQ(read_client_hello(body)->ech, Ech::esni);
}

}  // namespace
}  // namespace pellucid::tls
