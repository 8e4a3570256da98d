// Visibility: the entries by which a server's certificate says who may read along, and with which key (TS 103 523-3, 4.3.3: an
// otherName of subjectAltName for each static key share). Views into the certificate, any thread.
#pragma once
#include "lib/x509/certificate.h"

namespace pellucid::x509 {

inline constexpr std::size_t kFingerprint = 10;   // first octets of SHA-256 of the key share
inline constexpr unsigned kMaxVisibilities = 64;  // entries of one certificate that are read
inline constexpr std::size_t kMaxAccess = 1024;   // octets of an entry's text that are given

struct Visibility {
  Bytes fingerprint;  // kFingerprint octets
  Bytes access;       // who reads along and what for, in the words of the server's operator: not to be trusted on a terminal
};

class Visibilities {
 public:
  explicit Visibilities(const Certificate& c) noexcept : names_(c.alt_names) {}
  // The next entry that says what an entry has to say; others that claim to be one are passed over.
  bool next(Visibility& out) noexcept;
  bool claimed() const noexcept { return count_ != 0; }  // there were entries, right or wrong, among what next() has seen

 private:
  Der names_;
  unsigned count_ = 0;
};

enum class Visible : std::uint8_t {
  absent,    // the certificate says nothing of anyone reading along
  mismatch,  // it does, but not with this key
  match,
};
Visible visible(const Certificate& c, Bytes fingerprint) noexcept;

}  // namespace pellucid::x509
