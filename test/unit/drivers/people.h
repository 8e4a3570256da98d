// People with keys and certificates, and what they sign, for tests.
#pragma once
#include <string>
#include <vector>

#include <openssl/cms.h>
#include <openssl/pem.h>

#include "drivers/crypto/openssl/handle.h"

namespace pellucid::openssl::people {

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free>>;
using Document = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

inline Memory bio_of(std::string_view text) { return Memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

struct Person {
  Key key;
  Certificate certificate;
  std::string pem;
  explicit Person(const char* name, const char* usage = nullptr, const char* until = "20300101000000Z", Key made = nullptr)
      : key(made != nullptr ? std::move(made) : Key{EVP_EC_gen("P-256")}), certificate(X509_new()) {
    static int serial = 0;
    X509* const c = certificate.get();
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    ASN1_TIME_set_string(X509_getm_notBefore(c), "20260101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(c), until);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                               -1, 0);
    X509_set_issuer_name(c, X509_get_subject_name(c));
    X509_set_pubkey(c, key.get());
    if (usage != nullptr) {
      X509_EXTENSION* const e = X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, usage);
      X509_add_ext(c, e, -1);
      X509_EXTENSION_free(e);
    }
    X509_sign(c, key.get(), EVP_sha256());
    const Memory out{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(out.get(), c);
    pem = text_of(out.get());
  }
};

struct How {
  const EVP_MD* digest = EVP_sha256();
  unsigned flags = CMS_BINARY;
};

inline std::string signed_by(std::string_view text, const std::vector<const Person*>& people, const How& how = {}) {
  const Memory in = bio_of(text);
  const Document cms{CMS_sign(nullptr, nullptr, nullptr, in.get(), how.flags | CMS_PARTIAL)};
  for (const Person* p : people) {
    CMS_add1_signer(cms.get(), p->certificate.get(), p->key.get(), how.digest, how.flags | CMS_PARTIAL);
  }
  CMS_final(cms.get(), in.get(), nullptr, how.flags);
  const Memory out{BIO_new(BIO_s_mem())};
  i2d_CMS_bio(out.get(), cms.get());
  return text_of(out.get());
}

}  // namespace pellucid::openssl::people
