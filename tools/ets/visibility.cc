#include "tools/ets/visibility.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace pellucid::ets {
namespace {

struct FreeNames {
  void operator()(GENERAL_NAMES* p) const noexcept { GENERAL_NAMES_free(p); }
  void operator()(ASN1_OBJECT* p) const noexcept { ASN1_OBJECT_free(p); }
  void operator()(ASN1_SEQUENCE_ANY* p) const noexcept { sk_ASN1_TYPE_pop_free(p, ASN1_TYPE_free); }
};
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeNames>;
using Object = std::unique_ptr<ASN1_OBJECT, FreeNames>;
using Sequence = std::unique_ptr<ASN1_SEQUENCE_ANY, FreeNames>;

bool read_entry(const ASN1_TYPE* value, Entry& out) {
  if (value == nullptr || value->type != V_ASN1_SEQUENCE) return false;
  const unsigned char* at = ASN1_STRING_get0_data(value->value.sequence);
  const long size = ASN1_STRING_length(value->value.sequence);
  const unsigned char* end = at + size;
  const Sequence parts{d2i_ASN1_SEQUENCE_ANY(nullptr, &at, size)};
  if (parts == nullptr || at != end || sk_ASN1_TYPE_num(parts.get()) != 2) return false;
  const ASN1_TYPE* print = sk_ASN1_TYPE_value(parts.get(), 0);
  const ASN1_TYPE* access = sk_ASN1_TYPE_value(parts.get(), 1);
  if (print->type != V_ASN1_OCTET_STRING || access->type != V_ASN1_UTF8STRING) return false;
  if (ASN1_STRING_length(print->value.octet_string) != static_cast<int>(out.fingerprint.size())) return false;
  std::copy_n(ASN1_STRING_get0_data(print->value.octet_string), out.fingerprint.size(), out.fingerprint.begin());
  const ASN1_STRING* text = access->value.utf8string;
  const unsigned char* octets = ASN1_STRING_get0_data(text);
  out.access.assign(octets, octets + ASN1_STRING_length(text));
  return true;
}

ASN1_TYPE* string_of(int type, const void* data, std::size_t size) {
  ASN1_STRING* text = ASN1_STRING_type_new(type);
  if (text == nullptr || ASN1_STRING_set(text, data, static_cast<int>(size)) != 1) {
    ASN1_STRING_free(text);
    return nullptr;
  }
  ASN1_TYPE* made = ASN1_TYPE_new();
  ASN1_TYPE_set(made, type, text);
  return made;
}

GENERAL_NAME* make_entry(const Entry& entry) {
  const Sequence parts{sk_ASN1_TYPE_new_null()};
  sk_ASN1_TYPE_push(parts.get(), string_of(V_ASN1_OCTET_STRING, entry.fingerprint.data(), entry.fingerprint.size()));
  sk_ASN1_TYPE_push(parts.get(), string_of(V_ASN1_UTF8STRING, entry.access.data(), entry.access.size()));
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_SEQUENCE_ANY(parts.get(), &der);
  if (size <= 0) return nullptr;
  ASN1_TYPE* value = string_of(V_ASN1_SEQUENCE, der, static_cast<std::size_t>(size));
  OPENSSL_free(der);
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_othername(name, OBJ_txt2obj(kVisibility, 1), value);
  return name;
}

}  // namespace

Certificate read_certificate(OSSL_LIB_CTX* library, const std::string& path) {
  BIO* file = BIO_new_file(path.c_str(), "rb");
  ERR_set_mark();
  X509* at = X509_new_ex(library, nullptr);
  bool read = file != nullptr && PEM_read_bio_X509(file, &at, nullptr, nullptr) != nullptr;
  if (!read && file != nullptr && BIO_seek(file, 0) == 0) {
    if (at == nullptr) at = X509_new_ex(library, nullptr);  // a reader that fails within the DER frees what it was to fill
    read = d2i_X509_bio(file, &at) != nullptr;
  }
  ERR_pop_to_mark();
  BIO_free(file);
  Certificate certificate{at};
  return read ? std::move(certificate) : nullptr;
}

bool read_entries(const X509* certificate, std::vector<Entry>& out) {
  int found = -1;  // -1 is returned where the extension is not there, -2 where it is there twice
  const NamesPtr names{static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, nullptr))};
  if (names == nullptr) return found == -1;
  const Object type{OBJ_txt2obj(kVisibility, 1)};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_OTHERNAME || OBJ_cmp(name->d.otherName->type_id, type.get()) != 0) continue;
    Entry entry;
    if (!read_entry(name->d.otherName->value, entry)) return false;
    out.push_back(std::move(entry));
  }
  return true;
}

X509_EXTENSION* make_names(const Names& names) {
  const NamesPtr all{GENERAL_NAMES_new()};
  bool good = true;
  const auto add = [&](GENERAL_NAME* name) { good = good && name != nullptr && sk_GENERAL_NAME_push(all.get(), name) > 0; };
  for (const auto& name : names.dns) add(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, GEN_DNS, name.c_str(), 0));
  for (const auto& name : names.ip) add(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, GEN_IPADD, name.c_str(), 0));
  for (const Entry& entry : names.entries) add(make_entry(entry));
  return good ? X509V3_EXT_i2d(NID_subject_alt_name, 0, all.get()) : nullptr;
}

}  // namespace pellucid::ets
