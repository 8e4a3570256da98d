// Certificate: the fields of an X.509 certificate that names and records need (RFC 5280 4.1), as views. Any thread.
#pragma once
#include "lib/base/result.h"
#include "lib/x509/der.h"

namespace pellucid::x509 {

inline constexpr unsigned kMaxExtensions = 64;  // of one certificate

struct Certificate {
  Bytes der;     // the whole certificate
  Bytes serial;  // INTEGER octets, sign octet included
  Bytes issuer;  // Name, its header included
  Bytes subject;
  Bytes common_name;  // the last CN of the subject, in whatever string type it has; empty: none
  Bytes not_before;   // UTCTime or GeneralizedTime, by its tag
  Bytes not_after;
  std::uint8_t not_before_tag;
  std::uint8_t not_after_tag;
  Bytes public_key;  // SubjectPublicKeyInfo, its header included
  Bytes alt_names;   // contents of GeneralNames, for DnsNames; empty: none
};

// Err::bad_value: it is no certificate. Signatures are not checked; nothing here says that a name is true.
Result<Certificate> read_certificate(Bytes der) noexcept;

class DnsNames {  // the dNSName entries of subjectAltName
 public:
  explicit DnsNames(const Certificate& c) noexcept : in_(c.alt_names) {}
  bool next(Bytes& name) noexcept;

 private:
  Der in_;
};

}  // namespace pellucid::x509
