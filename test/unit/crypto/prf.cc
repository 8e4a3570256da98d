// The vectors for TLS 1.2 that the IETF's TLS list published, and OpenSSL's own function for the rest.
#include "lib/crypto/prf.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "drivers/crypto/openssl/hasher.h"
#include "test/unit/crypto/hex.h"

namespace pellucid::crypto {
namespace {

const openssl::Hasher kHasher;

std::string made(Hash how, Bytes secret, Bytes seed, std::size_t size) {
  std::vector<std::uint8_t> out(size);
  prf(kHasher, how, secret, "test label", {seed}, out);
  return hex(out);
}

TEST(Prf, Sha256) {
  EXPECT_EQ(made(Hash::sha256, unhex("9bbe436ba940f017b17652849a71db35"), unhex("a0ba9f936cda311827a6f796ffd5198c"), 100),
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
            "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66");
}

TEST(Prf, Sha384) {
  EXPECT_EQ(made(Hash::sha384, unhex("b80b733d6ceefcdc71566ea48e5567df"), unhex("cd665cf6a8447dd6ff8b27555edb7465"), 148),
            "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700"
            "884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a2"
            "6066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703d73e56f");
}

std::string by_openssl(const char* digest, Bytes secret, std::initializer_list<Bytes> seeds, std::size_t size) {
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr);
  EVP_KDF_CTX* ctx = EVP_KDF_CTX_new(kdf);
  std::vector<std::uint8_t> key(secret.begin(), secret.end()), seed;
  for (const Bytes part : seeds) seed.insert(seed.end(), part.begin(), part.end());
  std::string name = digest;
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name.data(), 0),
                         OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, key.data(), key.size()),
                         OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
                         OSSL_PARAM_construct_end()};
  std::vector<std::uint8_t> out(size);
  EXPECT_EQ(EVP_KDF_derive(ctx, out.data(), out.size(), params), 1);
  EVP_KDF_CTX_free(ctx);
  EVP_KDF_free(kdf);
  return hex(out);
}

TEST(Prf, OpensslMakesTheSameOfEveryHash) {
  const std::pair<Hash, const char*> hashes[] = {
      {Hash::md5_sha1, "MD5-SHA1"}, {Hash::sha256, "SHA256"}, {Hash::sha384, "SHA384"}};
  const auto client = std::vector<std::uint8_t>(32, 0x11), server = std::vector<std::uint8_t>(32, 0x22);
  for (const auto& [how, name] : hashes) {
    for (const std::size_t length : {1u, 47u, 48u, 66u, 129u, 256u}) {  // odd: the halves of TLS 1.0 share an octet
      const std::vector<std::uint8_t> premaster(length, static_cast<std::uint8_t>(length));
      Master master;
      master_secret(kHasher, how, premaster, {client, server}, master);
      EXPECT_EQ(hex(master.bytes()), by_openssl(name, premaster, {as_bytes("master secret"), client, server}, 48)) << name;
      std::uint8_t block[136], verify[kVerifySize];
      key_block(kHasher, how, master, {client, server}, block);
      EXPECT_EQ(hex(block), by_openssl(name, master.bytes(), {as_bytes("key expansion"), server, client}, 136));
      finished(kHasher, how, master, Finisher::server, Bytes(client), verify);
      EXPECT_EQ(hex(verify), by_openssl(name, master.bytes(), {as_bytes("server finished"), client}, kVerifySize));
      Master extended;
      extended_master_secret(kHasher, how, premaster, server, extended);
      EXPECT_EQ(hex(extended.bytes()), by_openssl(name, premaster, {as_bytes("extended master secret"), server}, 48));
    }
  }
}

TEST(Prf, LeadingZerosOfAPremasterGo) {
  EXPECT_EQ(hex(strip_zeros(unhex("00000107"))), "0107");
  EXPECT_TRUE(strip_zeros(unhex("0000")).empty());
}

}  // namespace
}  // namespace pellucid::crypto
