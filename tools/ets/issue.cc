#include "tools/ets/issue.h"

#include <openssl/bn.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace pellucid::ets {
namespace {

struct FreeExtension {
  void operator()(X509_EXTENSION* p) const noexcept { X509_EXTENSION_free(p); }
  void operator()(STACK_OF(X509_EXTENSION) * p) const noexcept { sk_X509_EXTENSION_pop_free(p, X509_EXTENSION_free); }
  void operator()(X509_NAME* p) const noexcept { X509_NAME_free(p); }
  void operator()(BIGNUM* p) const noexcept { BN_free(p); }
};
using Extension = std::unique_ptr<X509_EXTENSION, FreeExtension>;
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeExtension>;
using Name = std::unique_ptr<X509_NAME, FreeExtension>;

Name name_of(const Subject& subject) {
  Name name{X509_NAME_new()};
  const auto* text = reinterpret_cast<const unsigned char*>(subject.common_name.data());
  const int size = static_cast<int>(subject.common_name.size());
  return X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, text, size, -1, 0) == 1 ? std::move(name)
                                                                                                       : nullptr;
}

// Ed25519 and Ed448 digest by themselves.
const EVP_MD* digest_of(const EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1 ? nullptr : EVP_sha256();
}

// RFC 5280 4.1.2.2: positive, at most twenty octets; chance makes it one that no other certificate of the issuer has.
bool number(X509* certificate) {
  const std::unique_ptr<BIGNUM, FreeExtension> serial{BN_new()};
  return BN_rand(serial.get(), 128, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add(X509* certificate, X509* issuer, int which, const char* value) {
  X509V3_CTX ctx;
  X509V3_set_ctx(&ctx, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &ctx, which, value)};
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

}  // namespace

Certificate issue(const Subject& subject, const Issuer& issuer, long days) {
  Certificate certificate{X509_new()};
  X509* made = certificate.get();
  const Name name = name_of(subject);
  const Extension names{make_names(subject.names)};
  if (name == nullptr || names == nullptr) return nullptr;
  X509* by = issuer.certificate == nullptr ? made : issuer.certificate;
  EVP_PKEY* signer = issuer.key == nullptr ? subject.key : issuer.key;
  constexpr long kDay = 24 * 3600, kSkew = 300;  // clocks of clients differ a little
  const bool good =
      X509_set_version(made, X509_VERSION_3) == 1 && number(made) && X509_set_subject_name(made, name.get()) == 1 &&
      X509_set_issuer_name(made, X509_get_subject_name(by)) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(made), -kSkew) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(made), days * kDay) != nullptr && X509_set_pubkey(made, subject.key) == 1 &&
      X509_add_ext(made, names.get(), -1) == 1 && add(made, by, NID_basic_constraints, "critical,CA:FALSE") &&
      add(made, by, NID_key_usage, "critical,digitalSignature") && add(made, by, NID_ext_key_usage, "serverAuth") &&
      add(made, by, NID_subject_key_identifier, "hash") &&
      (issuer.certificate == nullptr || X509_get0_subject_key_id(by) == nullptr ||
       add(made, by, NID_authority_key_identifier, "keyid")) &&
      X509_sign(made, signer, digest_of(signer)) > 0;
  return good ? std::move(certificate) : nullptr;
}

Request request(const Subject& subject) {
  Request made{X509_REQ_new()};
  const Name name = name_of(subject);
  X509_EXTENSION* names = make_names(subject.names);
  const Extensions all{sk_X509_EXTENSION_new_null()};
  if (name == nullptr || names == nullptr || sk_X509_EXTENSION_push(all.get(), names) <= 0) return nullptr;
  const bool good = X509_REQ_set_version(made.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_subject_name(made.get(), name.get()) == 1 &&
                    X509_REQ_set_pubkey(made.get(), subject.key) == 1 && X509_REQ_add_extensions(made.get(), all.get()) == 1 &&
                    X509_REQ_sign(made.get(), subject.key, digest_of(subject.key)) > 0;
  return good ? std::move(made) : nullptr;
}

}  // namespace pellucid::ets
