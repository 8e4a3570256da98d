#include "lib/keys/key_file.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "drivers/crypto/openssl/rsa.h"
#include "lib/keys/armour.h"

namespace pellucid::keys {
namespace {

using crypto::Group;
using Octets = std::string;

struct FreeKey {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreeKey>;

// Keys as OpenSSL makes and writes them.
Pkey make(const char* type, const char* group = nullptr, unsigned bits = 0) {
  EVP_PKEY_CTX* const ctx = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  EVP_PKEY_keygen_init(ctx);
  OSSL_PARAM params[] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (group != nullptr) params[0] = OSSL_PARAM_construct_utf8_string("group", const_cast<char*>(group), 0);
  if (bits != 0) params[0] = OSSL_PARAM_construct_uint("bits", &bits);
  EXPECT_EQ(EVP_PKEY_CTX_set_params(ctx, params), 1);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_generate(ctx, &key), 1) << type;
  EVP_PKEY_CTX_free(ctx);
  return Pkey{key};
}

enum class Form { der, pem, old_der, old_pem, encrypted, public_pem };

Octets write(const EVP_PKEY* key, Form form) {
  BIO* const out = BIO_new(BIO_s_mem());
  int done = 0;
  switch (form) {
    case Form::der:
      done = i2d_PKCS8PrivateKey_bio(out, key, nullptr, nullptr, 0, nullptr, nullptr);
      break;
    case Form::pem:
      done = PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
      break;
    case Form::old_der:
      done = i2d_PrivateKey_bio(out, key);
      break;
    case Form::old_pem:
      done = PEM_write_bio_PrivateKey_traditional(out, key, nullptr, nullptr, 0, nullptr, nullptr);
      break;
    case Form::encrypted:
      done = PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
      break;
    case Form::public_pem:
      done = PEM_write_bio_PUBKEY(out, key);
      break;
  }
  EXPECT_EQ(done, 1);
  char* at = nullptr;
  const long size = BIO_get_mem_data(out, &at);
  Octets text(at, static_cast<std::size_t>(size));
  BIO_free(out);
  return text;
}

Octets share_of(const EVP_PKEY* key) {
  unsigned char* at = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(const_cast<EVP_PKEY*>(key), &at);
  Octets share(reinterpret_cast<const char*>(at), size);
  OPENSSL_free(at);
  return share;
}
Octets number_of(const EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1);
  Octets out(static_cast<std::size_t>(size), 0);
  EXPECT_EQ(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), size), size);
  BN_free(number);
  return out;
}
Octets raw_of(const EVP_PKEY* key) {
  unsigned char out[64];
  std::size_t size = sizeof out;
  EXPECT_EQ(EVP_PKEY_get_raw_private_key(key, out, &size), 1);
  return {reinterpret_cast<char*>(out), size};
}
Octets turned(const Octets& o) { return {o.rbegin(), o.rend()}; }

// DER, by hand.
Octets tlv(unsigned tag, const Octets& body) {
  Octets out(1, static_cast<char>(tag));
  if (body.size() >= 256) {
    out += '\x82';
    out += static_cast<char>(body.size() >> 8);
  } else if (body.size() >= 128) {
    out += '\x81';
  }
  return out + static_cast<char>(body.size()) + body;
}
const Octets kEcDh("\x06\x05\x2b\x81\x04\x01\x0c", 7);
const Octets kP256("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10);
const Octets kX25519("\x06\x03\x2b\x65\x6e", 5);
const Octets kDhNumber("\x06\x07\x2a\x86\x48\xce\x3e\x02\x01", 9);
const Octets kValidityOid("\x06\x09\x60\x86\x48\x01\x65\x02\x01\x0d\x06", 11);
Octets integer(unsigned n) { return tlv(2, Octets(1, static_cast<char>(n))); }
Octets seconds(std::uint32_t n) {
  Octets body(1, 0);
  for (int at = 24; at >= 0; at -= 8) body += static_cast<char>(n >> at);
  return tlv(2, body);
}
Octets validity(std::uint32_t from, std::uint32_t until) {
  return tlv(0xa0, tlv(0x30, kValidityOid + tlv(0x31, tlv(0x30, seconds(from) + (until != 0 ? seconds(until) : "")))));
}
Octets bits(unsigned tag, const Octets& share) { return tlv(tag, Octets(1, 0) + share); }
Octets one_key(unsigned version, const Octets& algorithm, const Octets& key, const Octets& rest) {
  return tlv(0x30, integer(version) + tlv(0x30, algorithm) + tlv(4, key) + rest);
}
Octets sec1(const Octets& scalar) { return tlv(0x30, integer(1) + tlv(4, scalar)); }

struct Files {
  std::vector<FoundKey> keys;
  std::string problem;
  openssl::KeyMaker maker;

  bool read(Octets file) {
    problem.clear();
    std::vector<std::uint8_t> octets(file.begin(), file.end());
    const bool good = read_key_file(octets, maker, keys, problem);
    EXPECT_EQ(good, !keys.empty());
    EXPECT_EQ(good, problem.empty());
    EXPECT_EQ(problem.find('\n'), Octets::npos);
    return good;
  }
  std::string why(const Octets& file) { return read(file) ? "it was taken" : problem; }
  Octets share(std::size_t at = 0) const { return Octets(as_text(keys.at(at).dh->share())); }
};

constexpr struct {
  const char *type, *group;
  Group id;
} kKinds[] = {
    {"EC", "P-256", Group::secp256r1},     {"EC", "P-384", Group::secp384r1},     {"EC", "P-521", Group::secp521r1},
    {"X25519", nullptr, Group::x25519},    {"X448", nullptr, Group::x448},        {"DH", "ffdhe2048", Group::ffdhe2048},
    {"DH", "ffdhe3072", Group::ffdhe3072}, {"DH", "ffdhe4096", Group::ffdhe4096}, {"DHX", "ffdhe2048", Group::ffdhe2048}};

TEST(KeyFile, EveryGroupAsOpensslWritesIt) {
  Files f;
  for (const auto& kind : kKinds) {
    SCOPED_TRACE(kind.group != nullptr ? kind.group : kind.type);
    if (std::string(kind.type) == "DHX") continue;  // OpenSSL names no group of such a one; see APackageOfFiniteFields…
    const Pkey key = make(kind.type, kind.group);
    for (const Form form : {Form::der, Form::pem}) {
      ASSERT_TRUE(f.read(write(key.get(), form))) << f.problem;
      ASSERT_EQ(f.keys.size(), 1u);
      EXPECT_EQ(f.keys[0].dh->group(), kind.id);
      EXPECT_EQ(f.share(), share_of(key.get()));
    }
  }
}

TEST(KeyFile, Sec1AndWhatOpensslPutsBeforeIt) {
  Files f;
  const Pkey key = make("EC", "P-521");
  for (const Form form : {Form::old_der, Form::old_pem}) {
    ASSERT_TRUE(f.read(write(key.get(), form))) << f.problem;
    EXPECT_EQ(f.share(), share_of(key.get()));
  }
  const Octets before = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIw==\n-----END EC PARAMETERS-----\n";
  ASSERT_TRUE(f.read(before + write(key.get(), Form::old_pem))) << f.problem;
  EXPECT_EQ(f.keys.size(), 1u);
}

TEST(KeyFile, RsaAsPkcs8AndPkcs1) {
  Files f;
  const Pkey key = make("RSA", nullptr, 1024);
  for (const Form form : {Form::der, Form::pem, Form::old_der, Form::old_pem}) {
    ASSERT_TRUE(f.read(write(key.get(), form))) << f.problem;
    ASSERT_NE(f.keys[0].rsa, nullptr);
    EXPECT_EQ(f.keys[0].rsa->bits(), 1024u);
  }
}

TEST(KeyFile, SeveralKeysOfOneFileWithTextBetweenThem) {
  Files f;
  const Pkey a = make("EC", "P-256"), b = make("X25519"), c = make("RSA", nullptr, 1024);
  const Octets text = "of the shop\n" + write(a.get(), Form::pem) + "and\n" + write(a.get(), Form::public_pem) +
                      write(b.get(), Form::pem) + write(c.get(), Form::old_pem);
  ASSERT_TRUE(f.read(text)) << f.problem;
  ASSERT_EQ(f.keys.size(), 3u);
  EXPECT_EQ(f.share(0), share_of(a.get()));
  EXPECT_EQ(f.share(1), share_of(b.get()));
  EXPECT_NE(f.keys[2].rsa, nullptr);
  ASSERT_TRUE(f.read(write(a.get(), Form::der) + write(b.get(), Form::der))) << f.problem;
  EXPECT_EQ(f.keys.size(), 2u);
}

TEST(KeyFile, WhereNothingTellsTheOrderOfOctetsBothAreOffered) {
  Files f;
  const Pkey key = make("X25519");
  const Octets raw = raw_of(key.get()), share = share_of(key.get());
  ASSERT_TRUE(f.read(one_key(0, kX25519, tlv(4, turned(raw)), "")));
  ASSERT_NE(f.keys[0].twin, nullptr);
  EXPECT_NE(f.share(), share);
  EXPECT_EQ(as_text(f.keys[0].twin->share()), share);
}

TEST(KeyFile, WhereTheShareStandsBesideItItDecides) {
  Files f;
  const Pkey key = make("X448");
  const Octets raw = raw_of(key.get()), share = share_of(key.get());
  const Octets oid("\x06\x03\x2b\x65\x6f", 5);
  for (const Octets& order : {raw, turned(raw)}) {
    for (const Octets& inside : {tlv(4, order), order}) {
      ASSERT_TRUE(f.read(one_key(1, oid, inside, bits(0x81, share)))) << f.problem;
      EXPECT_EQ(f.share(), share);
      EXPECT_EQ(f.keys[0].twin, nullptr);
    }
  }
  Octets other = share;
  other[3] ^= 1;
  EXPECT_NE(f.why(one_key(1, oid, tlv(4, raw), bits(0x81, other))).find("does not belong"), Octets::npos);
}

TEST(KeyFile, APackageAsTheStandardWantsIt) {
  Files f;
  const Pkey a = make("EC", "P-256"), x = make("X25519");
  const Octets scalar = number_of(a.get(), OSSL_PKEY_PARAM_PRIV_KEY, 32);
  const Octets first = one_key(1, kEcDh + kP256, sec1(scalar), validity(1000, 2000) + bits(0x81, share_of(a.get())));
  const Octets second = one_key(1, kX25519, tlv(4, raw_of(x.get())), validity(1500, 0) + bits(0x81, share_of(x.get())));
  const Octets signing = write(make("RSA", nullptr, 1024).get(), Form::der);
  const Octets package = tlv(0x30, first + second + signing);
  const Octets oid("\x06\x0a\x60\x86\x48\x01\x65\x02\x01\x02\x4e\x05", 12);
  for (const Octets& file : {package, tlv(0x30, oid + tlv(0xa0, package))}) {
    ASSERT_TRUE(f.read(file)) << f.problem;
    ASSERT_EQ(f.keys.size(), 2u) << "the key for signatures opens nothing";
    EXPECT_EQ(f.share(0), share_of(a.get()));
    EXPECT_EQ(f.keys[0].not_before_s, 1000);
    EXPECT_EQ(f.keys[0].not_after_s, 2000);
    EXPECT_EQ(f.share(1), share_of(x.get()));
    EXPECT_EQ(f.keys[1].not_before_s, 1500);
    EXPECT_EQ(f.keys[1].not_after_s, 0);
  }
}

TEST(KeyFile, APackageAsItIsMadeInTheWild) {
  Files f;
  const Pkey key = make("EC", "P-256");
  const Octets scalar = number_of(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, 32), share = share_of(key.get());
  const Octets rests[] = {"",
                          bits(0x81, share),
                          bits(0x03, share),
                          bits(0xa1, share),
                          tlv(0xa1, bits(0x03, share)),
                          bits(0x81, Octets(1, static_cast<char>(2 | (share.back() & 1))) + share.substr(1, 32))};
  for (const Octets& rest : rests) {
    for (const Octets& inside : {scalar, tlv(4, scalar), tlv(2, Octets(1, 0) + scalar), sec1(scalar)}) {
      ASSERT_TRUE(f.read(tlv(0x30, one_key(1, kEcDh + kP256, inside, rest)))) << f.problem;
      EXPECT_EQ(f.share(), share);
    }
  }
}

TEST(KeyFile, APackageOfFiniteFieldsHasThePrimesOfRfc7919) {
  Files f;
  const Pkey key = make("DH", "ffdhe2048");
  Octets prime = number_of(key.get(), OSSL_PKEY_PARAM_FFC_P, 256);
  const Octets secret = tlv(2, Octets(1, 0) + number_of(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, 255)), share = share_of(key.get());
  const auto algorithm = [&] { return kDhNumber + tlv(0x30, tlv(2, Octets(1, 0) + prime) + integer(2)); };
  for (const Octets& said : {tlv(2, Octets(1, 0) + share), share}) {
    ASSERT_TRUE(f.read(tlv(0x30, one_key(1, algorithm(), secret, bits(0x81, said))))) << f.problem;
    EXPECT_EQ(f.share(), share);
  }
  EXPECT_NE(f.why(tlv(0x30, one_key(1, algorithm(), secret, bits(0x81, share.substr(1))))).find("does not belong"),
            Octets::npos);
  prime[100] ^= 1;
  EXPECT_NE(f.why(one_key(0, algorithm(), secret, "")).find("RFC 7919"), Octets::npos);
}

TEST(KeyFile, EncryptedKeysAreRefusedWithWhatToDo) {
  Files f;
  const Pkey key = make("EC", "P-256");
  const Octets text = write(key.get(), Form::encrypted);
  EXPECT_NE(f.why(text).find("is encrypted; give it without a passphrase"), Octets::npos) << f.problem;
  std::vector<std::uint8_t> octets(text.begin(), text.end());
  std::string_view label;
  Bytes der;
  ArmourReader reader(octets);
  ASSERT_EQ(reader.next(label, der), Armour::block);
  EXPECT_NE(f.why(Octets(as_text(der))).find("is encrypted"), Octets::npos) << "the same in DER";
  Octets old = write(key.get(), Form::old_pem);
  old.insert(old.find('\n') + 1, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n");
  EXPECT_NE(f.why(old).find("is encrypted"), Octets::npos);
}

TEST(KeyFile, WhatIsNoPrivateKeyIsRefused) {
  Files f;
  const Pkey key = make("EC", "P-256");
  const Octets der = write(key.get(), Form::der), pem = write(key.get(), Form::pem);
  EXPECT_NE(f.why("").find("is empty"), Octets::npos);
  EXPECT_NE(f.why("hello").find("is no private key"), Octets::npos);
  EXPECT_NE(f.why(der.substr(0, der.size() - 1)).find("cut short"), Octets::npos);
  EXPECT_NE(f.why(der + "x").find("is no private key"), Octets::npos);
  EXPECT_NE(f.why(pem.substr(0, pem.size() - 30)).find("cut short"), Octets::npos);
  Octets wrong = pem;
  wrong[wrong.find('\n') + 5] = '!';
  EXPECT_NE(f.why(wrong).find("no base64"), Octets::npos);
  EXPECT_NE(f.why(write(key.get(), Form::public_pem)).find("no private key"), Octets::npos);
  EXPECT_NE(f.why(Octets(kMaxKeyFile + 1, 'x')).find("65536"), Octets::npos);
  EXPECT_NE(f.why(write(make("ED25519").get(), Form::pem)).find("is of a kind"), Octets::npos);
  EXPECT_NE(f.why(write(make("EC", "secp256k1").get(), Form::pem)).find("is of a kind"), Octets::npos);
  EXPECT_NE(f.why(tlv(0x30, Octets("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", 11))).find("CMS"), Octets::npos);
}

TEST(KeyFile, NumbersThatAreNoKeyAreRefused) {
  Files f;
  for (const Octets& scalar : {Octets(32, 0), Octets(32, '\xff'), Octets(40, 1)}) {
    EXPECT_NE(f.why(one_key(0, kEcDh + kP256, sec1(scalar), "")).find("no private key of its group"), Octets::npos);
  }
  EXPECT_NE(f.why(one_key(0, kX25519, tlv(4, Octets(31, 1)), "")).find("no private key of its group"), Octets::npos);
  EXPECT_NE(f.why(write(make("DH", "modp_2048").get(), Form::der)).find("RFC 7919"), Octets::npos);
}

TEST(KeyFile, APublicKeyOfAnotherIsRefused) {
  Files f;
  const Pkey a = make("EC", "P-256"), b = make("EC", "P-256");
  const Octets scalar = number_of(a.get(), OSSL_PKEY_PARAM_PRIV_KEY, 32);
  for (const Octets& share : {share_of(b.get()), Octets(65, 0), Octets("\x04", 1)}) {
    EXPECT_NE(f.why(one_key(1, kEcDh + kP256, sec1(scalar), bits(0x81, share))).find("does not belong"), Octets::npos);
  }
}

TEST(KeyFile, OneBrokenKeyOfAFileRefusesTheFile) {
  Files f;
  const Octets good = write(make("EC", "P-256").get(), Form::pem);
  EXPECT_NE(f.why(good + write(make("ED25519").get(), Form::pem)).find("is of a kind"), Octets::npos);
}

TEST(KeyFile, TimesThatCannotBeAreRefused) {
  Files f;
  const Octets raw = tlv(4, raw_of(make("X25519").get()));
  EXPECT_NE(f.why(one_key(1, kX25519, raw, validity(2000, 2000))).find("time of use"), Octets::npos);
  EXPECT_NE(f.why(one_key(1, kX25519, raw, validity(2000, 1000))).find("time of use"), Octets::npos);
}

TEST(KeyFile, MoreKeysThanAFileMayHold) {
  Files f;
  const Octets one = write(make("X25519").get(), Form::der);
  Octets file;
  for (std::size_t i = 0; i < kMaxFileKeys; ++i) file += one;
  EXPECT_TRUE(f.read(file));
  EXPECT_NE(f.why(file + one).find("more than 64 keys"), Octets::npos);
}

TEST(KeyFile, EveryPrefixOfAFileIsRefused) {
  Files f;
  const Octets der = write(make("X25519").get(), Form::der);
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(f.read(der.substr(0, size))) << size;
}

}  // namespace
}  // namespace pellucid::keys
