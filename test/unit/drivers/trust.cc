#include "drivers/crypto/openssl/trust.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "lib/x509/certificate.h"
#include "test/unit/crypto/hex.h"
#include "test/unit/drivers/people.h"
#include "test/unit/x509/ets_server.h"

namespace pellucid::openssl {
namespace {

using people::Key;
using x509::Chained;
using x509::Peer;
using x509::Proof;
using Octets = std::vector<std::uint8_t>;

constexpr std::int64_t kNow = 1'780'000'000;  // May 2026
constexpr std::int64_t kYear = 31'557'600;

Octets der_of(X509* c) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(c, &der);
  const Octets out(der, der + size);
  OPENSSL_free(der);
  return out;
}

struct Wanted {
  const char* name = "server";
  const char* extensions = "";  // NID names and values, by lines "name=value"
  const char* from = "20260101000000Z";
  const char* until = "20300101000000Z";
  Key key = nullptr;
};
constexpr const char* kAuthority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign";
constexpr const char* kServer =
    "subjectAltName=DNS:www.example.org,DNS:*.wild.example,IP:192.0.2.1\nextendedKeyUsage=serverAuth";

struct Owner {
  Key key;
  Certificate certificate;
  Octets der;
  std::string pem;
};

void extend(X509* c, std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t at = line.find('=');
    X509_EXTENSION* const e =
        X509V3_EXT_conf(nullptr, nullptr, std::string(line.substr(0, at)).c_str(), std::string(line.substr(at + 1)).c_str());
    ASSERT_NE(e, nullptr) << line;
    X509_add_ext(c, e, -1);
    X509_EXTENSION_free(e);
  }
}

// Issued by `issuer`, or by itself.
Owner issue(Wanted wanted, const Owner* issuer = nullptr) {
  static int serial = 100;
  Owner o{wanted.key != nullptr ? std::move(wanted.key) : Key{EVP_EC_gen("P-256")}, Certificate(X509_new()), {}, {}};
  X509* const c = o.certificate.get();
  X509_set_version(c, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
  ASN1_TIME_set_string(X509_getm_notBefore(c), wanted.from);
  ASN1_TIME_set_string(X509_getm_notAfter(c), wanted.until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wanted.name),
                             -1, -1, 0);
  X509_set_issuer_name(c, X509_get_subject_name(issuer == nullptr ? c : issuer->certificate.get()));
  X509_set_pubkey(c, o.key.get());
  extend(c, wanted.extensions);
  const int type = EVP_PKEY_get_id(issuer == nullptr ? o.key.get() : issuer->key.get());
  const bool own = type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448;
  X509_sign(c, issuer == nullptr ? o.key.get() : issuer->key.get(), own ? nullptr : EVP_sha256());
  o.der = der_of(c);
  const people::Memory out{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(out.get(), c);
  o.pem = people::text_of(out.get());
  return o;
}

struct Chain {
  Owner root = issue({.name = "Root", .extensions = kAuthority});
  Owner middle = issue({.name = "Middle", .extensions = kAuthority}, &root);
  Trust trust;

  Chain() {
    std::string problem;
    EXPECT_TRUE(trust.add_roots(root.pem, problem)) << problem;
  }
  Chained ask(const Owner& leaf, std::string_view name = "", std::int64_t now_s = kNow, Peer peer = Peer::server) const {
    const Bytes chain[] = {leaf.der, middle.der};
    return trust.follows({peer, chain, name, now_s});
  }
};

TEST(Trust, AChainIsFollowedToARootThatTheOperatorGave) {
  const Chain c;
  const Owner leaf = issue({.extensions = kServer}, &c.middle);
  EXPECT_EQ(c.ask(leaf), Chained::good);
  EXPECT_EQ(c.ask(leaf, "www.example.org"), Chained::good);
  EXPECT_EQ(c.ask(leaf, "a.wild.example"), Chained::good);
  EXPECT_EQ(c.ask(leaf, "192.0.2.1"), Chained::good);
  EXPECT_EQ(c.ask(leaf, "other.example.org"), Chained::name);
  EXPECT_EQ(c.ask(leaf, "192.0.2.2"), Chained::name);
  EXPECT_EQ(c.ask(leaf, "", kNow - 10 * kYear), Chained::not_yet);
  EXPECT_EQ(c.ask(leaf, "", kNow + 10 * kYear), Chained::expired);
  EXPECT_EQ(c.ask(leaf, "", kNow, Peer::client), Chained::use);
}

// Answers are remembered, and none outlives what it was about.
TEST(Trust, WhatWasFoundHoldsAsLongAsTheCertificatesDo) {
  Chain c;
  const Owner leaf = issue({.extensions = kServer, .from = "20270101000000Z", .until = "20280101000000Z"}, &c.middle);
  constexpr std::int64_t kFrom = 1'798'761'600, kUntil = 1'830'297'600;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(c.ask(leaf, "", kFrom), Chained::good);
    EXPECT_EQ(c.ask(leaf, "", kFrom - 1), Chained::not_yet);
    EXPECT_EQ(c.ask(leaf, "", kUntil - 1), Chained::good);
    EXPECT_EQ(c.ask(leaf, "", kUntil), Chained::expired);
    EXPECT_EQ(c.ask(leaf, "other.example.org", kFrom), Chained::name);
    EXPECT_EQ(c.ask(leaf, "", kFrom, Peer::client), Chained::use);
  }
  const Owner root = issue({.name = "Later", .extensions = kAuthority});
  const Owner late = issue({.extensions = kServer}, &root);
  const Bytes alone[] = {late.der};
  EXPECT_EQ(c.trust.follows({Peer::server, alone, "", kNow}), Chained::no_root);
  std::string problem;
  ASSERT_TRUE(c.trust.add_roots(root.pem, problem)) << problem;
  EXPECT_EQ(c.trust.follows({Peer::server, alone, "", kNow}), Chained::good);
}

TEST(Trust, MoreKeysThanStayAreAllReadRight) {
  PeerKeys keys;
  std::vector<std::pair<Octets, Key>> made;
  for (std::size_t i = 0; i < 2 * kMaxPeerKeys; ++i) {
    Key key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    ASSERT_GT(size, 0);
    made.emplace_back(Octets(der, der + size), std::move(key));
    OPENSSL_free(der);
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& [der, key] : made) EXPECT_EQ(EVP_PKEY_eq(keys.find(der), key.get()), 1);
  }
  EXPECT_EQ(keys.find({}), nullptr);
  EXPECT_EQ(keys.find(Bytes(made[0].first).first(20)), nullptr);
  EXPECT_EQ(keys.find(Octets(kMaxPeerKeySize + 1, 0x30)), nullptr);
}

TEST(Trust, WhoeverThePeerBringsAlongIsNotTrusted) {
  const Chain c;
  const Owner stranger = issue({.name = "Root", .extensions = kAuthority});
  const Owner leaf = issue({.extensions = kServer}, &stranger);
  const Bytes chain[] = {leaf.der, stranger.der};
  EXPECT_NE(c.trust.follows({Peer::server, chain, "", kNow}), Chained::good);
  const Owner alone = issue({.extensions = kServer});
  EXPECT_EQ(c.ask(alone), Chained::no_root);
  const Owner cut = issue({.extensions = kServer}, &c.middle);
  const Bytes without[] = {cut.der};
  EXPECT_EQ(c.trust.follows({Peer::server, without, "", kNow}), Chained::no_root);
  EXPECT_EQ(Trust().follows({Peer::server, without, "", kNow}), Chained::no_root);
}

TEST(Trust, ACertificateThatIsNoAuthorityIssuesNothing) {
  const Chain c;
  const Owner leaf = issue({.name = "Leaf", .extensions = kServer}, &c.middle);
  const Owner below = issue({.extensions = kServer}, &leaf);
  const Bytes chain[] = {below.der, leaf.der, c.middle.der};
  EXPECT_EQ(c.trust.follows({Peer::server, chain, "", kNow}), Chained::use);
}

TEST(Trust, AForgedSignatureAndAWeakKeyAreSeen) {
  const Chain c;
  Owner forged = issue({.extensions = kServer}, &c.middle);
  forged.der.back() = static_cast<std::uint8_t>(forged.der.back() ^ 1);
  EXPECT_EQ(c.ask(forged), Chained::signature);
  const Owner weak = issue({.extensions = kServer, .key = Key{EVP_RSA_gen(768)}}, &c.middle);
  EXPECT_EQ(c.ask(weak), Chained::weak);
}

TEST(Trust, WhatIsNoCertificateIsMalformed) {
  const Chain c;
  const Owner leaf = issue({.extensions = kServer}, &c.middle);
  EXPECT_EQ(c.trust.follows({Peer::server, {}, "", kNow}), Chained::malformed);
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, leaf.der.size() - 1}) {
    const Bytes chain[] = {Bytes(leaf.der).first(n)};
    EXPECT_EQ(c.trust.follows({Peer::server, chain, "", kNow}), Chained::malformed);
    const Bytes behind[] = {leaf.der, Bytes(c.middle.der).first(std::min(n, c.middle.der.size() - 1))};
    EXPECT_EQ(c.trust.follows({Peer::server, behind, "", kNow}), Chained::malformed);
  }
}

TEST(Trust, AChainLongerThanItsLimitLeadsToNobody) {
  Chain c;
  std::vector<Owner> owners;
  owners.push_back(issue({.name = "1", .extensions = kAuthority}, &c.root));
  for (int i = 0; i <= kMaxLinks; ++i) {
    const std::string name = "Middle " + std::to_string(i);
    owners.push_back(issue({.name = name.c_str(), .extensions = kAuthority}, &owners.back()));
  }
  const Owner leaf = issue({.extensions = kServer}, &owners.back());
  std::vector<Bytes> chain{leaf.der};
  for (const Owner& o : owners) chain.push_back(o.der);
  EXPECT_EQ(c.trust.follows({Peer::server, chain, "", kNow}), Chained::no_root);
}

TEST(Trust, RootsAreReadFromTextAndRefusedInOneLine) {
  const Owner one = issue({.name = "One", .extensions = kAuthority});
  const Owner two = issue({.name = "Two", .extensions = kAuthority});
  Trust trust;
  std::string problem;
  ASSERT_TRUE(trust.add_roots("# ours\n" + one.pem + two.pem, problem)) << problem;
  EXPECT_EQ(trust.roots(), 2u);
  for (const std::string& bad : {std::string(), std::string("nothing"), one.pem.substr(0, one.pem.size() / 2),
                                 one.pem + two.pem.substr(0, two.pem.size() / 2)}) {
    problem.clear();
    EXPECT_FALSE(trust.add_roots(bad, problem));
    EXPECT_FALSE(problem.empty());
    EXPECT_EQ(problem.find('\n'), std::string::npos);
  }
  EXPECT_EQ(trust.roots(), 2u);
}

// A CertificateVerify that OpenSSL's s_server sent: secp256r1-aes128.pcap of test/golden/captures/ets.
const Octets kTranscript = unhex("ed062ec4eafb0a051b5229ee8b7047e0f56313cbd26851726fd8825ef4b08795");
const Octets kVerify = unhex(
    "040300473045022100e010e893500927a0607ed8926e9b4e732286f4d18a43d70424ddd9222fbc4b2b0220157a4b60af6073e2b4b97ed09a3eed59"
    "388d4f30353e85a43d1847a41dec9b31");

TEST(Trust, AServersOwnProofIsGoodAndNoOtherIs) {
  const Trust trust;
  const Octets leaf = unhex(x509::kEtsServer);
  EXPECT_EQ(trust.proves({Peer::server, leaf, kTranscript, kVerify}), Proof::good);
  EXPECT_EQ(trust.proves({Peer::client, leaf, kTranscript, kVerify}), Proof::bad);
  for (std::size_t i = 4; i < kVerify.size(); ++i) {
    Octets other = kVerify;
    other[i] = static_cast<std::uint8_t>(other[i] ^ 0x01);
    EXPECT_EQ(trust.proves({Peer::server, leaf, kTranscript, other}), Proof::bad) << i;
  }
  Octets transcript = kTranscript;
  transcript[0] ^= 1;
  EXPECT_EQ(trust.proves({Peer::server, leaf, transcript, kVerify}), Proof::bad);
  const Owner other = issue({.extensions = kServer});
  EXPECT_EQ(trust.proves({Peer::server, other.der, kTranscript, kVerify}), Proof::bad);
  for (std::size_t n = 0; n < kVerify.size(); ++n) {
    EXPECT_EQ(trust.proves({Peer::server, leaf, kTranscript, Bytes(kVerify).first(n)}), Proof::bad) << n;
  }
  EXPECT_EQ(trust.proves({Peer::server, Bytes(leaf).first(100), kTranscript, kVerify}), Proof::bad);
}

Octets proof_of(const Owner& who, Peer peer, std::uint16_t scheme, const char* digest, bool pss) {
  Octets text(64, ' ');
  for (const char c :
       std::string_view(peer == Peer::server ? "TLS 1.3, server CertificateVerify" : "TLS 1.3, client CertificateVerify")) {
    text.push_back(static_cast<std::uint8_t>(c));
  }
  text.push_back(0);
  text.insert(text.end(), kTranscript.begin(), kTranscript.end());
  const DigestCtx ctx(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;
  EXPECT_EQ(EVP_DigestSignInit_ex(ctx.get(), &padding, digest, nullptr, nullptr, who.key.get(), nullptr), 1);
  if (pss) {
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST), 1);
  }
  std::size_t size = 1024;
  Octets signature(size);
  EXPECT_EQ(EVP_DigestSign(ctx.get(), signature.data(), &size, text.data(), text.size()), 1);
  Octets out{static_cast<std::uint8_t>(scheme >> 8), static_cast<std::uint8_t>(scheme), static_cast<std::uint8_t>(size >> 8),
             static_cast<std::uint8_t>(size)};
  out.insert(out.end(), signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size));
  return out;
}

Key pss_key() {
  EVP_PKEY_CTX* const ctx = EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(ctx);
  EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
  EVP_PKEY_keygen(ctx, &key);
  EVP_PKEY_CTX_free(ctx);
  return Key{key};
}

// Each scheme goes with one kind of key; with the key of another it proves nothing.
TEST(Trust, EverySchemeOfTls13IsCheckedAgainstItsKindOfKey) {
  struct Case {
    std::uint16_t scheme;
    const char* digest;
    bool pss;
    std::function<Key()> make;
  };
  const auto curve = [](const char* name) { return [name] { return Key{EVP_EC_gen(name)}; }; };
  const auto plain = [](const char* name) { return [name] { return Key{EVP_PKEY_Q_keygen(nullptr, nullptr, name)}; }; };
  const auto shared = [](const Key& key) {  // RSA keys take long to make
    EVP_PKEY_up_ref(key.get());
    return Key{key.get()};
  };
  const Key rsa_key{EVP_RSA_gen(2048)};
  const Key pss_only = pss_key();
  const auto rsa = [&] { return shared(rsa_key); };
  const auto pss = [&] { return shared(pss_only); };
  const Case cases[] = {{0x0403, "SHA256", false, curve("P-256")},
                        {0x0503, "SHA384", false, curve("P-384")},
                        {0x0603, "SHA512", false, curve("P-521")},
                        {0x081a, "SHA256", false, curve("brainpoolP256r1")},
                        {0x081b, "SHA384", false, curve("brainpoolP384r1")},
                        {0x081c, "SHA512", false, curve("brainpoolP512r1")},
                        {0x0804, "SHA256", true, rsa},
                        {0x0805, "SHA384", true, rsa},
                        {0x0806, "SHA512", true, rsa},
                        {0x0809, "SHA256", true, pss},
                        {0x080a, "SHA384", true, pss},
                        {0x080b, "SHA512", true, pss},
                        {0x0807, nullptr, false, plain("ED25519")},
                        {0x0808, nullptr, false, plain("ED448")}};
  const Trust trust;
  for (const Case& c : cases) {
    const Owner owner = issue({.extensions = kServer, .key = c.make()});
    for (const Peer peer : {Peer::server, Peer::client}) {
      Octets body = proof_of(owner, peer, c.scheme, c.digest, c.pss);
      EXPECT_EQ(trust.proves({peer, owner.der, kTranscript, body}), Proof::good) << std::hex << c.scheme;
      body[20] = static_cast<std::uint8_t>(body[20] ^ 0x10);
      EXPECT_EQ(trust.proves({peer, owner.der, kTranscript, body}), Proof::bad) << std::hex << c.scheme;
    }
    for (const Case& other : cases) {
      if (other.scheme == c.scheme) continue;
      Octets body = proof_of(owner, Peer::server, c.scheme, c.digest, c.pss);
      body[0] = static_cast<std::uint8_t>(other.scheme >> 8);
      body[1] = static_cast<std::uint8_t>(other.scheme);
      EXPECT_EQ(trust.proves({Peer::server, owner.der, kTranscript, body}), Proof::bad) << c.scheme << " " << other.scheme;
    }
  }
}

TEST(Trust, SchemesThatTls13DoesNotAllowAreNotChecked) {
  const Octets leaf = unhex(x509::kEtsServer);
  for (const std::uint8_t low : {std::uint8_t{1}, std::uint8_t{3}}) {  // RSA with PKCS#1 v1.5, ECDSA with SHA-1
    Octets body = kVerify;
    body[0] = low == 1 ? 0x04 : 0x02;
    body[1] = low;
    EXPECT_EQ(Trust().proves({Peer::server, leaf, kTranscript, body}), Proof::unsupported);
  }
}

}  // namespace
}  // namespace pellucid::openssl
