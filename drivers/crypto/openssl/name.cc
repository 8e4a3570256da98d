#include "drivers/crypto/openssl/name.h"

#include <algorithm>

namespace pellucid::openssl {

namespace {

// OpenSSL's short names, which operators know from its tools; what nobody named stays a dotted number.
void write_type(std::string& out, const ASN1_OBJECT* type) {
  const int nid = OBJ_obj2nid(type);
  if (nid != NID_undef) return static_cast<void>(out += OBJ_nid2sn(nid));
  char dotted[96];
  const int size = OBJ_obj2txt(dotted, sizeof dotted, type, 1);
  out += std::string_view{dotted, size <= 0 ? 0 : std::min(sizeof dotted - 1, static_cast<std::size_t>(size))};
}

// Text as it stands, whatever its octets: the JSON writer makes it valid. Wide and T.61 strings become UTF-8; what is no
// text is shown in hexadecimal.
void write_value(std::string& out, const ASN1_STRING* value) {
  switch (ASN1_STRING_type(value)) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_NUMERICSTRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_GENERALSTRING:
      out += as_text(bytes_of(value));
      return;
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
    case V_ASN1_T61STRING: {
      unsigned char* utf8 = nullptr;
      const int size = ASN1_STRING_to_UTF8(&utf8, value);
      if (size < 0) break;
      out += as_text({utf8, static_cast<std::size_t>(size)});
      OPENSSL_free(utf8);
      return;
    }
    default:
      break;
  }
  write_upper(out, bytes_of(value), "");
}

}  // namespace

Bytes bytes_of(const ASN1_STRING* s) noexcept {
  const int size = ASN1_STRING_length(s);
  return {ASN1_STRING_get0_data(s), size > 0 ? static_cast<std::size_t>(size) : 0};
}

void write_upper(std::string& out, Bytes bytes, std::string_view between) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) out += between;
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
}

void write_name(std::string& out, const X509_NAME* name) {
  int rdn = 0;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    if (i != 0) out += X509_NAME_ENTRY_set(entry) == rdn ? " + " : ", ";
    rdn = X509_NAME_ENTRY_set(entry);
    write_type(out, X509_NAME_ENTRY_get_object(entry));
    out += '=';
    write_value(out, X509_NAME_ENTRY_get_data(entry));
  }
}

}  // namespace pellucid::openssl
