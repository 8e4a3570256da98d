// The vectors of RFC 9001 appendix A and RFC 9369 appendix A, by both drivers; packets of our own for what those leave out.
#include "lib/quic/initial.h"

#include <gtest/gtest.h>

#include "drivers/crypto/ipsecmb/aes128.h"
#include "lib/crypto/hkdf.h"
#include "test/unit/quic/make.h"

namespace pellucid::quic {
namespace {

class Initial : public testing::TestWithParam<bool> {
 protected:
  Initial() {
    if (GetParam()) {
      hasher_ = ipsecmb::make_hasher();
      aes_ = ipsecmb::make_aes128();
    } else {
      hasher_ = std::make_unique<openssl::Hasher>();
      aes_ = openssl::make_aes128();
    }
  }
  Keys keys(std::uint32_t version, End sender) {
    Keys k;
    derive(*hasher_, *find_version(version), id_, sender, k);
    return k;
  }
  std::string opened(std::uint32_t version, End sender, std::string_view packet) {
    const Octets octets = unhex(packet);
    const Result<Packet> p = read_packet(octets);
    if (!p) return "no packet";
    std::vector<std::uint8_t> room(octets.size());
    const Result<Plain> plain = open(*aes_, keys(version, sender), *p, 0, room);
    return plain ? std::to_string(plain->number) + ":" + hex(plain->payload) : std::string(label(plain.err()));
  }

  const Octets id_ = unhex("8394c8f03e515708");
  std::unique_ptr<crypto::Hasher> hasher_;
  std::unique_ptr<crypto::Aes128> aes_;
};
INSTANTIATE_TEST_SUITE_P(Drivers, Initial, testing::Bool(), [](const auto& p) { return p.param ? "ipsecmb" : "openssl"; });

constexpr std::string_view kServerPayload =
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d0020"
    "9d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";

TEST_P(Initial, KeysOfVersion1AreThoseOfRfc9001) {
  const Keys client = keys(kV1, End::client), server = keys(kV1, End::server);
  EXPECT_EQ(hex(client.key), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(hex(client.iv), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(hex(client.mask), "9f50449e04a0e810283a1e9933adedd2");
  EXPECT_EQ(hex(server.key), "cf3a5331653c364c88f0f379b6067e37");
  EXPECT_EQ(hex(server.iv), "0ac1493ca1905853b0bba03e");
  EXPECT_EQ(hex(server.mask), "c206b8d9b9f0f37644430b490eeaa314");
}

TEST_P(Initial, KeysOfVersion2AreThoseOfRfc9369) {
  const Keys client = keys(kV2, End::client), server = keys(kV2, End::server);
  EXPECT_EQ(hex(client.key), "8b1a0bc121284290a29e0971b5cd045d");
  EXPECT_EQ(hex(client.iv), "91f73e2351d8fa91660e909f");
  EXPECT_EQ(hex(client.mask), "45b95e15235d6f45a6b19cbcb0294ba9");
  EXPECT_EQ(hex(server.key), "82db637861d55e1d011f19ea71d5d2a7");
  EXPECT_EQ(hex(server.iv), "dd13c276499c0249d3310652");
  EXPECT_EQ(hex(server.mask), "edf6d05c83121201b436e16877593c3a");
}

TEST_P(Initial, AServersPacketOfVersion1Opens) {
  EXPECT_EQ(opened(kV1, End::server,
                   "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5e"
                   "de4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d"
                   "06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee"),
            "1:" + std::string(kServerPayload));
}

TEST_P(Initial, AServersPacketOfVersion2Opens) {
  EXPECT_EQ(opened(kV2, End::server,
                   "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf8726301791535823"
                   "0035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5"
                   "a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140"),
            "1:" + std::string(kServerPayload));
}

TEST_P(Initial, ARetrysTagFitsTheIdThatItAnswersAlone) {
  const auto fits = [&](std::uint32_t version, std::string_view text, Bytes id) {
    const Octets octets = unhex(text);
    const Result<Packet> p = read_packet(octets);
    return p && p->type == Type::retry && is_answered(*aes_, *find_version(version), *p, id);
  };
  constexpr std::string_view kRetryOf1 = "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba";
  constexpr std::string_view kRetryOf2 = "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6";
  EXPECT_TRUE(fits(kV1, kRetryOf1, id_));
  EXPECT_TRUE(fits(kV2, kRetryOf2, id_));
  Octets other = id_;
  other[3] ^= 1;
  EXPECT_FALSE(fits(kV1, kRetryOf1, other));
  EXPECT_FALSE(fits(kV1, kRetryOf2, id_));
  std::string bad(kRetryOf1);
  bad[20] = '1';
  EXPECT_FALSE(fits(kV1, bad, id_));
}

// The drafts give these keys as what a secret expands to, like all others.
TEST_P(Initial, KeysOfRetriesAreWhatTheirSecretsExpandTo) {
  const auto expect = [&](std::uint32_t version, std::string_view secret, std::string_view prefix) {
    const RetryKey& retry = *find_version(version)->retry;
    const Octets octets = unhex(secret);
    const crypto::Hmac hmac(*hasher_, crypto::Hash::sha256, octets);
    std::uint8_t key[16], nonce[12];
    crypto::expand_label(hmac, std::string(prefix) + " key", {}, key);
    crypto::expand_label(hmac, std::string(prefix) + " iv", {}, nonce);
    EXPECT_EQ(hex(retry.key), hex(key)) << version;
    EXPECT_EQ(hex(retry.nonce), hex(nonce)) << version;
  };
  expect(kV1, "d9c9943e6101fd200021506bcc02814c73030f25c79d71ce876eca876e6fca8e", "quic");
  expect(kV2, "c4dd2484d681aefa4ff4d69c2c20299984a765a5d3c31982f38fc74162155e9f", "quicv2");
  expect(kFirstDraft + 7, "8b0d37eb8535022ebc8d76a207d80df22646ec06dc809642c30a8baa2baaff4c", "quic");
  expect(kFirstDraft + 3, "656e61e336ae9417f7f0edd8d78d461e2aa7084aba7a14c1e9f726d55709169a", "quic");
}

TEST_P(Initial, EveryVersionOpensWhatItSeals) {
  for (std::uint32_t v = kFirstDraft - 1; v <= kLastDraft + 1; ++v) {
    const bool known = v >= kFirstDraft && v <= kLastDraft;
    EXPECT_EQ(find_version(v) != nullptr, known) << v;
    EXPECT_EQ(kind_of(v), known ? quic::Kind::draft : quic::Kind::other) << v;
  }
  for (const std::uint32_t v : {kV1, kV2, kFirstDraft, kFirstDraft + 7, kLastDraft, 0x54303531u, 0xfaceb002u}) {
    const Octets packet = seal({.version = v, .origin = id_, .dcid = id_, .number = 7}, {1, 0, 0, 0});
    EXPECT_EQ(opened(v, End::client, hex(packet)), "7:01000000") << v;
    EXPECT_EQ(opened(v, End::server, hex(packet)), "bad_value") << v;
  }
}

TEST_P(Initial, PacketNumbersAreRecovered) {
  std::vector<std::uint8_t> room(2000);
  const auto number = [&](std::uint32_t sent, unsigned size, std::uint64_t expected) -> std::uint64_t {
    const Octets octets = seal({.origin = id_, .dcid = id_, .number = sent, .number_size = size}, {1, 1, 1, 1});
    const Result<Plain> p = open(*aes_, keys(kV1, End::client), *read_packet(octets), expected, room);
    return p ? p->number : ~std::uint64_t{0};
  };
  EXPECT_EQ(number(0, 1, 0), 0u);
  EXPECT_EQ(number(255, 1, 250), 255u);
  EXPECT_EQ(number(257, 1, 250), 257u);
  EXPECT_EQ(number(250, 1, 257), 250u);  // late
  EXPECT_EQ(number(0xa82f9b32, 4, 0xa82f30eb), 0xa82f9b32u);
  EXPECT_EQ(number(0xa82f9b32, 2, 0xa82f30eb), 0xa82f9b32u);  // RFC 9000 A.3
}

TEST_P(Initial, WhatIsDamagedIsNotOpened) {
  const Octets good = seal({.origin = id_, .dcid = id_, .token = {1, 2, 3}, .least = 200}, {1});
  ASSERT_EQ(opened(kV1, End::client, hex(good)).substr(0, 4), "0:01");
  for (std::size_t i = 5; i < good.size(); ++i) {
    Octets bad = good;
    bad[i] ^= 0x10;
    EXPECT_NE(opened(kV1, End::client, hex(bad)).substr(0, 4), "0:01") << i;
  }
}

}  // namespace
}  // namespace pellucid::quic
