#include "drivers/crypto/openssl/x509.h"

#include <functional>
#include <string>
#include <vector>

#include <openssl/err.h>

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"

namespace pellucid::openssl {
namespace {

using Octets = std::vector<std::uint8_t>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// A certificate that `fill` has had its way with, signed by a key of its own.
Octets certificate(const std::function<void(X509*)>& fill) {
  static const Key key{EVP_EC_gen("P-256")};
  const Certificate c{X509_new()};
  X509_set_version(c.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(c.get()), 1);
  ASN1_TIME_set_string(X509_getm_notBefore(c.get()), "20221201064731Z");
  ASN1_TIME_set_string(X509_getm_notAfter(c.get()), "20500101000000Z");
  X509_set_pubkey(c.get(), key.get());
  fill(c.get());
  X509_sign(c.get(), key.get(), EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509(c.get(), &der);
  const Octets out(der, der + size);
  OPENSSL_free(der);
  return out;
}

void add(X509_NAME* name, const char* type, int form, std::string_view value, int set = 0) {
  X509_NAME_add_entry_by_txt(name, type, form, reinterpret_cast<const unsigned char*>(value.data()),
                             static_cast<int>(value.size()), -1, set);
}

struct Read {
  Digests digests;
  CertificateReader reader{digests};
  const exporter::CertificateText& text(const Octets& der) { return reader.read(der); }
};

TEST(X509, NamesStandInTheCertificatesOrder) {
  Read r;
  const auto& t = r.text(certificate([](X509* c) {
    X509_NAME* subject = X509_get_subject_name(c);
    add(subject, "C", MBSTRING_ASC, "DE");
    add(subject, "ST", MBSTRING_UTF8, "Th\xc3\xbcringen");
    add(subject, "O", MBSTRING_ASC, "A, B = C");
    add(subject, "CN", MBSTRING_ASC, "www.example.org");
    add(subject, "emailAddress", MBSTRING_ASC, "a@example.org", -1);
    add(subject, "serialNumber", MBSTRING_ASC, "42");
    add(subject, "1.2.3.4", V_ASN1_BIT_STRING, "\x01\xab");
    add(X509_get_issuer_name(c), "DC", MBSTRING_ASC, "org");
    add(X509_get_issuer_name(c), "SN", MBSTRING_ASC, "Doe");
  }));
  EXPECT_EQ(
      t.subject,
      "C=DE, ST=Th\xc3\xbcringen, O=A, B = C, CN=www.example.org + emailAddress=a@example.org, serialNumber=42, 1.2.3.4=01AB");
  EXPECT_EQ(t.issuer, "DC=org, SN=Doe");
  EXPECT_FALSE(t.malformed);
}

TEST(X509, SerialsKeepTheirLeadingZero) {
  Read r;
  const auto serial = [&](std::initializer_list<unsigned char> bytes) {
    const std::vector<unsigned char> v(bytes);
    return r
        .text(certificate([&](X509* c) {
          BIGNUM* n = BN_bin2bn(v.data(), static_cast<int>(v.size()), nullptr);
          BN_to_ASN1_INTEGER(n, X509_get_serialNumber(c));
          BN_free(n);
        }))
        .serial;
  };
  EXPECT_EQ(serial({0x0a, 0xbc}), "0A:BC");
  EXPECT_EQ(serial({0xff, 0x01}), "00:FF:01");
  EXPECT_EQ(serial({}), "00");
}

TEST(X509, ALongSerialIsWhole) {
  Read r;
  const std::string serial = r.text(certificate([](X509* c) {
                                const std::vector<unsigned char> v(200, 0x11);
                                BIGNUM* n = BN_bin2bn(v.data(), static_cast<int>(v.size()), nullptr);
                                BN_to_ASN1_INTEGER(n, X509_get_serialNumber(c));
                                BN_free(n);
                              })).serial;
  EXPECT_EQ(serial.size(), 200u * 3 - 1);
}

TEST(X509, DatesAreUtcInEvesForm) {
  Read r;
  const auto& t = r.text(certificate([](X509* c) { ASN1_TIME_set_string(X509_getm_notAfter(c), "99991231235959Z"); }));
  EXPECT_EQ(t.not_before, "2022-12-01T06:47:31");
  EXPECT_EQ(t.not_after, "9999-12-31T23:59:59");
}

TEST(X509, AlternativeNamesAreShownAsWritten) {
  Read r;
  const auto& t = r.text(certificate([](X509* c) {
    X509_EXTENSION* san =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                            "DNS:*.example.org,IP:10.0.0.1,IP:2001:db8::1,email:a@b.example,URI:https://u.example/");
    X509_add_ext(c, san, -1);
    X509_EXTENSION_free(san);
  }));
  EXPECT_EQ(t.sans,
            (std::vector<std::string>{"*.example.org", "10.0.0.1", "2001:db8::1", "a@b.example", "https://u.example/"}));
}

TEST(X509, MalformedCertificatesGiveWhatIsReadable) {
  Read r;
  const Octets good = certificate([](X509* c) { add(X509_get_subject_name(c), "CN", MBSTRING_ASC, "a.example"); });
  Octets longer = good;
  longer.push_back(0);
  EXPECT_EQ(r.text(longer).subject, "CN=a.example");
  EXPECT_TRUE(r.text(longer).malformed);
  for (std::size_t n = 0; n < good.size(); ++n) {
    ASSERT_TRUE(r.text(Octets(good.begin(), good.begin() + static_cast<long>(n))).malformed);
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(X509, WhatOpenSslRefusesOurReaderReadsInParts) {
  Octets bad = certificate([](X509* c) { add(X509_get_subject_name(c), "CN", MBSTRING_ASC, "a.example"); });
  // The object identifier of the key's curve claims to be longer than what holds it.
  const std::uint8_t curve[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  const auto at = std::search(bad.begin(), bad.end(), std::begin(curve), std::end(curve));
  ASSERT_NE(at, bad.end());
  at[1] = 0x7f;
  Read r;
  const auto& t = r.text(bad);
  EXPECT_TRUE(t.malformed);
  EXPECT_EQ(t.subject, "CN=a.example");
  EXPECT_EQ(t.serial, "01");
}

TEST(X509, ACertificateWithABrokenDateStillHasNames) {
  Octets bad = certificate([](X509* c) { add(X509_get_subject_name(c), "CN", MBSTRING_ASC, "a.example"); });
  const std::string_view date = "221201064731Z";
  const auto at = std::search(bad.begin(), bad.end(), date.begin(), date.end());
  ASSERT_NE(at, bad.end());
  at[2] = '9';  // month 92
  Read r;
  const auto& t = r.text(bad);
  EXPECT_EQ(t.subject, "CN=a.example");
  EXPECT_EQ(t.not_before, "");
  EXPECT_EQ(t.not_after, "2050-01-01T00:00:00");
  EXPECT_TRUE(t.malformed);
}

TEST(X509, EachCertificateIsParsedOnceAndTheCacheIsBounded) {
  Read r;
  const Octets good = certificate([](X509* c) { add(X509_get_subject_name(c), "CN", MBSTRING_ASC, "a.example"); });
  for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(r.text(good).subject, "CN=a.example");
  EXPECT_EQ(r.reader.parsed_total(), 1u);
  for (std::uint32_t i = 0; i < kMaxCertificates + 100; ++i) {
    Octets junk(4);
    std::memcpy(junk.data(), &i, sizeof i);
    ASSERT_TRUE(r.text(junk).malformed);
    ASSERT_LE(r.reader.cached(), kMaxCertificates);
  }
}

}  // namespace
}  // namespace pellucid::openssl
