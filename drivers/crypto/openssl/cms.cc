#include "drivers/crypto/openssl/cms.h"

#include <algorithm>
#include <ctime>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "drivers/crypto/openssl/name.h"

namespace pellucid::openssl {
namespace {

using keys::Sha256;
using keys::Signature;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using ContentInfo = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;
using Octets = std::vector<std::uint8_t>;

constexpr int kLeastBits = 112;  // of security: RSA from 2048 bits, curves from 224

int no_password(char*, int, int, void*) { return -1; }  // nothing here is encrypted, and nobody is there to ask

// The next PEM block of a kind; empty: there is none.
Octets next_block(BIO* in, const char* kind) {
  unsigned char* data = nullptr;
  long size = 0;
  Octets out;
  if (PEM_bytes_read_bio(&data, &size, nullptr, kind, in, no_password, nullptr) == 1) out.assign(data, data + size);
  OPENSSL_free(data);
  ERR_clear_error();
  return out;
}
Bio bio_of(std::string_view text) { return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

Certificate certificate_of(Bytes der) {
  const unsigned char* at = der.data();
  Certificate c{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  return at == der.data() + der.size() ? std::move(c) : Certificate{};
}

// Names come from files that nobody vouches for yet, and end up on terminals.
std::string clean(std::string text) {
  constexpr std::size_t kMost = 256;
  if (text.size() > kMost) text.resize(kMost);
  for (char& c : text) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return text;
}
std::string name_of(const X509_NAME* name) {
  std::string out;
  write_name(out, name);
  return clean(std::move(out));
}

bool read_when(const ASN1_TIME* when, std::int64_t& out) {
  std::tm t{};
  if (when == nullptr || ASN1_TIME_to_tm(when, &t) != 1) return false;
  out = timegm(&t);
  return true;
}

Sha256 sha256(Bytes bytes) {
  Sha256 out{};
  EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr);
  return out;
}

bool read_key(const X509* certificate, Sha256& out) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return false;
  out = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return true;
}

struct Authorities {
  std::span<const keys::Certificate> known;
  std::vector<Certificate> parsed;  // null: it cannot be read any more
};

Signature judge_certificate(const keys::Certificate& known, X509* certificate, std::int64_t now_s) {
  constexpr std::uint32_t kSigns = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
  if ((X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) return Signature::usage;
  if ((X509_get_key_usage(certificate) & kSigns) == 0) return Signature::usage;
  if (now_s < known.not_before_s) return Signature::not_yet;
  return now_s > known.not_after_s ? Signature::expired : Signature::good;
}

int digest_of(CMS_SignerInfo* signer) {
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
  const ASN1_OBJECT* name = nullptr;
  if (digest != nullptr) X509_ALGOR_get0(&name, nullptr, nullptr, digest);
  return name == nullptr ? NID_undef : OBJ_obj2nid(name);
}

bool strong(int digest) noexcept {
  constexpr int kStrong[] = {NID_sha256, NID_sha384, NID_sha512, NID_sha3_256, NID_sha3_384, NID_sha3_512};
  return std::find(std::begin(kStrong), std::end(kStrong), digest) != std::end(kStrong);
}

// The value of a signed attribute that is there once, with one value (RFC 5652 11); null: it is not.
const void* attribute(CMS_SignerInfo* signer, int nid, int type) {
  return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type);
}

// What a signature says of the content, before it is asked whether it is one. Without signed attributes a signature over some
// content can be passed off as one over another, which consists of attributes; RFC 5652 11 allows to leave them out, we do not.
Signature judge_attributes(CMS_SignerInfo* signer, Bytes content) {
  const int digest = digest_of(signer);
  if (!strong(digest)) return Signature::weak;
  const auto* const type = static_cast<const ASN1_OBJECT*>(attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT));
  const auto* const said = static_cast<const ASN1_STRING*>(attribute(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING));
  if (type == nullptr || said == nullptr || OBJ_obj2nid(type) != NID_pkcs7_data) return Signature::form;
  std::uint8_t made[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), made, &size, EVP_get_digestbynid(digest), nullptr) != 1) return Signature::bad;
  const Bytes wanted = bytes_of(said);
  return std::equal(wanted.begin(), wanted.end(), made, made + size) ? Signature::good : Signature::bad;
}

std::string stranger(CMS_SignerInfo* signer) {
  ASN1_OCTET_STRING* key = nullptr;
  X509_NAME* issuer = nullptr;
  ASN1_INTEGER* serial = nullptr;
  CMS_SignerInfo_get0_signer_id(signer, &key, &issuer, &serial);
  std::string out;
  if (issuer != nullptr) {
    out = "serial ";
    write_upper(out, bytes_of(serial), "");
    return clean(out) + " of " + name_of(issuer);
  }
  out = "key identifier ";
  if (key != nullptr) write_upper(out, bytes_of(key), "");
  return clean(std::move(out));
}

keys::Signer judge(CMS_SignerInfo* signer, Bytes content, const Authorities& authorities, std::int64_t now_s) {
  keys::Signer out;
  for (std::size_t i = 0; i < authorities.known.size(); ++i) {
    X509* const certificate = authorities.parsed[i].get();
    if (certificate == nullptr || CMS_SignerInfo_cert_cmp(signer, certificate) != 0) continue;
    out = {authorities.known[i].subject, judge_attributes(signer, content), i};
    if (out.how != Signature::good) return out;
    CMS_SignerInfo_set1_signer_cert(signer, certificate);
    out.how = CMS_SignerInfo_verify(signer) == 1 ? judge_certificate(authorities.known[i], certificate, now_s) : Signature::bad;
    if (out.how != Signature::bad) return out;  // else another one of that name and number may have signed
  }
  if (out.who.empty()) out.who = stranger(signer);
  return out;
}

// The file's one structure in DER.
bool unwrap(std::string_view file, Octets& der, std::string& problem) {
  if (file.size() > keys::kMaxSigned) {
    problem = "longer than " + std::to_string(keys::kMaxSigned) + " octets; make it smaller";
    return false;
  }
  if (!file.empty() && file[0] == 0x30) {
    der.assign(file.begin(), file.end());
    return true;
  }
  const Bio in = bio_of(file);
  der = next_block(in.get(), PEM_STRING_CMS);
  if (!der.empty()) return true;
  problem = "not signed: no CMS in PEM or DER; sign it by openssl cms -sign -binary -nodetach -outform PEM";
  return false;
}

bool fail(const char* what, std::string& problem) {
  problem = what;
  ERR_clear_error();
  return false;
}

}  // namespace

bool Cms::read_certificate(std::string_view pem, keys::Certificate& out, std::string& problem) {
  if (pem.size() > keys::kMaxSigned) return fail("this certificate is too long", problem);
  const Bio in = bio_of(pem);
  const Octets der = next_block(in.get(), PEM_STRING_X509);
  const Certificate c = certificate_of(der);
  if (c == nullptr) return fail("this is no certificate in PEM; write -----BEGIN CERTIFICATE----- and what follows", problem);
  if (!next_block(in.get(), PEM_STRING_X509).empty()) return fail("two certificates stand here; write each by itself", problem);
  out.der = as_text(der);
  out.subject = name_of(X509_get_subject_name(c.get()));
  out.print = sha256(der);
  const EVP_PKEY* const key = X509_get0_pubkey(c.get());
  if (key == nullptr || !read_key(c.get(), out.key) || !read_when(X509_get0_notBefore(c.get()), out.not_before_s) ||
      !read_when(X509_get0_notAfter(c.get()), out.not_after_s)) {
    return fail("the key or the dates of this certificate cannot be read; have it made anew", problem);
  }
  if (EVP_PKEY_get_security_bits(key) < kLeastBits) {
    return fail("the key of this certificate is too weak; use RSA from 2048 bits or a curve from 224", problem);
  }
  ERR_clear_error();
  return true;
}

bool Cms::read_signed(std::string_view file, std::span<const keys::Certificate> authorities, std::int64_t now_s,
                      keys::Signed& out, std::string& problem) {
  out = {};
  Octets der;
  if (!unwrap(file, der, problem)) return false;
  const unsigned char* at = der.data();
  const ContentInfo cms{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()))};
  if (cms == nullptr || at != der.data() + der.size()) return fail("damaged: no whole CMS structure; sign it anew", problem);
  if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed ||
      OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_pkcs7_data) {
    return fail("this CMS is not signed data; sign it by openssl cms -sign -binary -nodetach -outform PEM", problem);
  }
  ASN1_OCTET_STRING** const inside = CMS_get0_content(cms.get());
  if (inside == nullptr || *inside == nullptr || bytes_of(*inside).empty()) {
    return fail("the signature is there, its content is not; sign with -nodetach", problem);
  }
  const Bytes content = bytes_of(*inside);
  out.content = as_text(content);
  const STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
  const int count = signers == nullptr ? 0 : sk_CMS_SignerInfo_num(signers);
  if (count > static_cast<int>(keys::kMaxSigners)) return fail("more than 64 signatures; leave some out", problem);
  Authorities known{authorities, {}};
  for (const keys::Certificate& c : authorities) known.parsed.push_back(certificate_of(as_bytes(c.der)));
  for (int i = 0; i < count; ++i) {
    out.signers.push_back(judge(sk_CMS_SignerInfo_value(signers, i), content, known, now_s));
  }
  ERR_clear_error();
  return true;
}

}  // namespace pellucid::openssl
