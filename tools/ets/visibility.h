// What a certificate says of who can read along: its VisibilityInformation entries (ETSI TS 103 523-3, clause 4.3.3), read and
// made.
#pragma once
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "tools/ets/key.h"

namespace pellucid::ets {

inline constexpr char kVisibility[] = "0.4.0.3523.3.1";  // the type of these other names in subjectAltName

struct Entry {
  Fingerprint fingerprint = {};
  std::string access;  // who reads along, and why: for people, UTF-8
};

struct FreeX509 {
  void operator()(X509* p) const noexcept { X509_free(p); }
  void operator()(X509_REQ* p) const noexcept { X509_REQ_free(p); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;
using Request = std::unique_ptr<X509_REQ, FreeX509>;

// The first certificate of a file, in PEM or DER; null where there is none.
Certificate read_certificate(OSSL_LIB_CTX* library, const std::string& path);

// False where an entry of this type is not what the specification says; such a certificate is not to be relied on.
bool read_entries(const X509* certificate, std::vector<Entry>& out);

// An extension subjectAltName with DNS names, IP addresses and entries; null where a name is none.
struct Names {
  std::vector<std::string> dns, ip;
  std::vector<Entry> entries;
};
X509_EXTENSION* make_names(const Names& names);

}  // namespace pellucid::ets
