#include "drivers/crypto/openssl/x509.h"

#include <cstdio>
#include <ctime>

#include <openssl/err.h>

#include "drivers/crypto/openssl/name.h"
#include "lib/base/cursor.h"
#include "lib/export/text.h"
#include "lib/x509/certificate.h"

namespace pellucid::openssl {
namespace {

using exporter::CertificateText;

// The contents octets of the INTEGER: OpenSSL's own form drops the leading 00 and the sign.
bool write_serial(std::string& out, const ASN1_INTEGER* serial) {
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_INTEGER(serial, &der);
  if (size <= 0) return false;
  Cursor in{{der, static_cast<std::size_t>(size)}};
  in.skip(1);
  const std::uint8_t length = in.u8();
  if ((length & 0x80) != 0) in.skip(length & 0x7f);  // X.690 8.1.3.5; what follows is the rest anyway
  write_upper(out, in.rest(), ":");
  OPENSSL_free(der);
  return in.ok();
}

bool write_when(std::string& out, const ASN1_TIME* when) {
  std::tm t{};
  if (when == nullptr || ASN1_TIME_check(when) != 1 || ASN1_TIME_to_tm(when, &t) != 1) return false;
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                                 t.tm_hour, t.tm_min, t.tm_sec);
  if (size != 19) return false;
  out += text;
  return true;
}

void add_san(CertificateText& text, const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  if (value == nullptr) return;
  std::string san;
  if (type == GEN_DNS || type == GEN_EMAIL || type == GEN_URI) {
    san = as_text(bytes_of(static_cast<const ASN1_STRING*>(value)));
  } else if (type == GEN_IPADD) {
    exporter::write_address(san, bytes_of(static_cast<const ASN1_STRING*>(value)));
  }
  if (!san.empty()) text.sans.push_back(std::move(san));
}

// False: the extension is there and cannot be read.
bool read_sans(CertificateText& text, const X509* certificate) {
  int found = 0;
  const GeneralNames names{static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, nullptr))};
  if (names == nullptr) return found == -1;  // -1: not there; -2: there twice; else unreadable
  const int count = std::min(sk_GENERAL_NAME_num(names.get()), static_cast<int>(exporter::kMaxSans));
  for (int i = 0; i < count; ++i) add_san(text, sk_GENERAL_NAME_value(names.get(), i));
  return true;
}

void read_name(std::string& out, Bytes der) {
  const unsigned char* at = der.data();
  const Name name{d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size()))};
  if (name != nullptr) write_name(out, name.get());
}

// OpenSSL wants all of a certificate or nothing; our own reader is content with its beginning.
void read_parts(Bytes der, CertificateText& text) {
  const Result<x509::Certificate> parts = x509::read_certificate(der);
  if (!parts) return;
  read_name(text.subject, parts->subject);
  read_name(text.issuer, parts->issuer);
  write_upper(text.serial, parts->serial, ":");
}

void parse(Bytes der, CertificateText& text) {
  const unsigned char* at = der.data();
  const Certificate certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  if (certificate == nullptr) {
    text.malformed = true;
    read_parts(der, text);
    ERR_clear_error();
    return;
  }
  const bool whole = at == der.data() + der.size();
  write_name(text.subject, X509_get_subject_name(certificate.get()));
  write_name(text.issuer, X509_get_issuer_name(certificate.get()));
  const bool serial = write_serial(text.serial, X509_get0_serialNumber(certificate.get()));
  const bool before = write_when(text.not_before, X509_get0_notBefore(certificate.get()));
  const bool after = write_when(text.not_after, X509_get0_notAfter(certificate.get()));
  const bool sans = read_sans(text, certificate.get());
  text.malformed = !(whole && serial && before && after && sans);
  ERR_clear_error();
}

}  // namespace

const CertificateText& CertificateReader::read(Bytes der) noexcept {
  exporter::Fingerprint key;
  std::uint8_t sha256[32];
  digests_.sha256(der, sha256);
  std::memcpy(key.data(), sha256, sizeof sha256);
  if (const CertificateText* known = cache_.find(key)) return *known;
  CertificateText text;
  digests_.sha1(der, text.sha1);
  std::memcpy(text.sha256, sha256, sizeof sha256);
  ++parsed_;
  parse(der, text);
  return cache_.put(key, std::move(text));
}

}  // namespace pellucid::openssl
