// Rsa: a server's RSA key, for sessions whose client sent its secret under it (TLS 1.2 and before). A driver holds the private
// key and implements it; it belongs to the keeper's thread alone.
#pragma once
#include <array>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace pellucid::crypto {

using PublicPrint = std::array<std::uint8_t, 32>;  // SHA-256 of SubjectPublicKeyInfo
using Premaster = Secret<48>;

class RsaKey {
 public:
  virtual ~RsaKey() = default;
  virtual const PublicPrint& public_key() const noexcept = 0;
  virtual unsigned bits() const noexcept = 0;  // of the modulus
  // What a ClientKeyExchange carries (RFC 5246 7.4.7.1), without the length before it. bad_length, bad_value: it was not made
  // for this key; nothing is left in `out` then. Nobody waits for us, so the time that this takes tells nothing.
  virtual Err open(Bytes encrypted, Premaster& out) noexcept = 0;
};

}  // namespace pellucid::crypto
