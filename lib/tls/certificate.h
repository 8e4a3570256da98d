// Certificate: the fields of an X.509 certificate that names and records need (RFC 5280 4.1), as views, and the walk over the
// certificates of a handshake message. Any thread.
#pragma once
#include "lib/base/result.h"
#include "lib/tls/der.h"

namespace pellucid::tls {

inline constexpr unsigned kMaxChain = 32;       // certificates of one message; later ones are not read
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

enum class ChainForm : std::uint8_t {
  tls12,  // RFC 5246 7.4.2, and before
  tls13,  // RFC 8446 4.4.2: with a request context, and extensions after each certificate
};
class Chain {
 public:
  Chain(Bytes message_body, ChainForm form) noexcept;
  bool next(Bytes& der) noexcept;           // leaf first
  bool ok() const noexcept { return ok_; }  // false: a length did not fit, or kMaxChain was met

 private:
  Cursor in_;
  ChainForm form_;
  unsigned count_ = 0;
  bool ok_ = true;
};

}  // namespace pellucid::tls
