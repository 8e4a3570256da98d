#include "drivers/crypto/openssl/cms.h"

#include <set>

#include <gtest/gtest.h>

#include "lib/base/when.h"
#include "test/unit/drivers/people.h"

namespace pellucid::openssl {
namespace {

using keys::Signature;
using people::Document, people::How, people::Key, people::Memory, people::Person, people::text_of;

constexpr std::string_view kText = "version: 1\n";

std::string signed_by(const std::vector<const Person*>& people, const How& how = {}) {
  return people::signed_by(kText, people, how);
}
Memory text_bio() { return people::bio_of(kText); }

class CmsTest : public testing::Test {
 protected:
  std::vector<keys::Certificate> authorities(std::initializer_list<const Person*> people) {
    std::vector<keys::Certificate> out;
    for (const Person* p : people) {
      EXPECT_TRUE(cms_.read_certificate(p->pem, out.emplace_back(), problem_)) << problem_;
    }
    return out;
  }
  // The labels of all signatures, sorted: a file holds them in an order of its own.
  std::string judged(const std::string& file, std::initializer_list<const Person*> known, std::string_view now) {
    std::int64_t now_s = 0;
    EXPECT_TRUE(read_moment(now, now_s));
    if (!cms_.read_signed(file, authorities(known), now_s, document_, problem_)) return problem_;
    std::multiset<std::string_view> labels;
    for (const keys::Signer& s : document_.signers) labels.insert(label(s.how));
    std::string out;
    for (const std::string_view l : labels) out += (out.empty() ? "" : " ") + std::string(l);
    return out;
  }
  std::string judged(const std::string& file, std::initializer_list<const Person*> known) {
    return judged(file, known, "2026-11-22T12:00:00Z");
  }
  Cms cms_;
  keys::Signed document_;
  std::string problem_;
  Person ada_{"ada"}, bob_{"bob"}, eve_{"eve"};
};

TEST_F(CmsTest, EachSignatureIsJudgedAlone) {
  const std::string file = signed_by({&ada_, &eve_, &bob_});
  EXPECT_EQ(judged(file, {&ada_, &bob_}), "good good unknown");
  EXPECT_EQ(document_.content, kText);
  EXPECT_EQ(quorum_of(document_), 2u);
  for (const keys::Signer& s : document_.signers) {
    if (s.how == Signature::good) {
      EXPECT_EQ(s.who, s.authority == 0 ? "CN=ada" : "CN=bob");
    } else {
      EXPECT_NE(s.who.find(" of CN=eve"), std::string::npos);
    }
  }
  EXPECT_EQ(judged(file, {&bob_}), "good unknown unknown");
  EXPECT_EQ(judged(file, {}), "unknown unknown unknown");
}

TEST_F(CmsTest, ChangedContentIsNotSigned) {
  std::string file = signed_by({&ada_});
  file.replace(file.find(kText), 7, "Version");
  EXPECT_EQ(judged(file, {&ada_}), "bad");
}

// Some octet of a signature that was changed: never good, whatever it makes of the structure.
TEST_F(CmsTest, WhateverIsChangedItIsNeverGood) {
  const std::string file = signed_by({&ada_}, {EVP_sha256(), CMS_BINARY | CMS_NOCERTS});
  ASSERT_EQ(judged(file, {&ada_}), "good");
  const std::size_t text = file.find(kText);
  unsigned good = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    if (judged(changed, {&ada_}) != "good") continue;
    ++good;
    EXPECT_TRUE(i < text || i >= text + kText.size()) << i;
    EXPECT_EQ(document_.content, kText) << i;
  }
  EXPECT_LT(good, 40u);  // versions and the set of digests bind nobody
}

TEST_F(CmsTest, WhoTakesTheNameOfAnAuthorityIsNone) {
  Person thief("ada");
  ASN1_INTEGER_set(X509_get_serialNumber(thief.certificate.get()),
                   ASN1_INTEGER_get(X509_get0_serialNumber(ada_.certificate.get())));
  X509_sign(thief.certificate.get(), thief.key.get(), EVP_sha256());
  EXPECT_EQ(judged(signed_by({&thief}), {&ada_}), "bad");
}

TEST_F(CmsTest, CertificatesCountOnlyWithinTheirTimeAndForSigning) {
  const Person old("old", nullptr, "20261101000000Z");
  EXPECT_EQ(judged(signed_by({&old, &ada_}), {&old, &ada_}), "expired good");
  EXPECT_EQ(judged(signed_by({&old, &ada_}), {&old, &ada_}, "2026-10-31T23:59:59Z"), "good good");
  EXPECT_EQ(judged(signed_by({&ada_}), {&ada_}, "2025-12-31T23:59:59Z"), "not_yet");
  const Person sealer("sealer", "keyEncipherment"), signer("signer", "nonRepudiation");
  EXPECT_EQ(judged(signed_by({&signer}), {&signer}), "good");
  EXPECT_EQ(judged(signed_by({&sealer}), {&sealer}), "usage");
}

TEST_F(CmsTest, OutdatedDigestsAndBareSignaturesDoNotCount) {
  EXPECT_EQ(judged(signed_by({&ada_}, {EVP_sha1()}), {&ada_}), "weak");
  EXPECT_EQ(judged(signed_by({&ada_}, {EVP_sha512()}), {&ada_}), "good");
  EXPECT_EQ(judged(signed_by({&ada_}, {EVP_sha256(), CMS_BINARY | CMS_NOATTR}), {&ada_}), "form");
}

TEST_F(CmsTest, OnlySignedDataWithItsContentIsTaken) {
  EXPECT_NE(judged("version: 1\n", {}).find("not signed"), std::string::npos);
  EXPECT_NE(judged("", {}).find("not signed"), std::string::npos);
  EXPECT_NE(judged(signed_by({&ada_}) + "x", {}).find("damaged"), std::string::npos);
  EXPECT_NE(judged(signed_by({&ada_}).substr(0, 50), {}).find("damaged"), std::string::npos);
  const Document data{CMS_data_create(text_bio().get(), CMS_BINARY)};
  const Memory out{BIO_new(BIO_s_mem())};
  i2d_CMS_bio(out.get(), data.get());
  EXPECT_NE(judged(text_of(out.get()), {}).find("not signed data"), std::string::npos);
  EXPECT_NE(judged(signed_by({&ada_}, {EVP_sha256(), CMS_BINARY | CMS_DETACHED}), {}).find("-nodetach"), std::string::npos);
  EXPECT_NE(judged(std::string(keys::kMaxSigned + 1, '0'), {}).find("longer than"), std::string::npos);
}

TEST_F(CmsTest, MoreSignaturesThanTheLimitAreRefused) {
  std::vector<Person> people;
  std::vector<const Person*> list;
  for (std::size_t i = 0; i <= keys::kMaxSigners; ++i) people.emplace_back(("p" + std::to_string(i)).c_str());
  for (const Person& p : people) list.push_back(&p);
  EXPECT_NE(judged(signed_by(list), {&ada_}).find("more than 64"), std::string::npos);
  list.pop_back();
  judged(signed_by(list), {&ada_});
  EXPECT_EQ(document_.signers.size(), keys::kMaxSigners);
}

TEST_F(CmsTest, CertificatesAreReadWhole) {
  keys::Certificate c;
  ASSERT_TRUE(cms_.read_certificate(ada_.pem, c, problem_));
  EXPECT_EQ(c.subject, "CN=ada");
  EXPECT_EQ(write_moment(c.not_before_s), "2026-01-01T00:00:00Z");
  EXPECT_EQ(write_moment(c.not_after_s), "2030-01-01T00:00:00Z");
  EXPECT_FALSE(cms_.read_certificate(ada_.pem + bob_.pem, c, problem_));
  EXPECT_NE(problem_.find("two certificates"), std::string::npos);
  EXPECT_FALSE(cms_.read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", c, problem_));
  EXPECT_NE(problem_.find("no certificate"), std::string::npos);
  const Person weak("weak", nullptr, "20300101000000Z", Key{EVP_RSA_gen(1024)});
  EXPECT_FALSE(cms_.read_certificate(weak.pem, c, problem_));
  EXPECT_NE(problem_.find("too weak"), std::string::npos);
  const Person odd("a\x1b[2Jb");
  ASSERT_TRUE(cms_.read_certificate(odd.pem, c, problem_));
  EXPECT_EQ(c.subject, "CN=a?[2Jb");
}

}  // namespace
}  // namespace pellucid::openssl
