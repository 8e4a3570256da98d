// Signer and Verifier: signatures by Ed25519 (RFC 8032) over what this appliance says of itself. A driver implements them; one
// thread at a time uses one. A signer holds a private key; nothing else of it is ever told than signatures and the public key.
#pragma once
#include "lib/base/bytes.h"

namespace pellucid::crypto {

inline constexpr std::size_t kSignature = 64;
inline constexpr std::size_t kPublicKey = 32;

class Verifier {
 public:
  virtual ~Verifier() = default;
  virtual Bytes public_key() const noexcept = 0;  // kPublicKey octets
  virtual bool right(Bytes message, Bytes signature) const noexcept = 0;
};

class Signer {
 public:
  virtual ~Signer() = default;
  virtual Bytes public_key() const noexcept = 0;
  virtual bool sign(Bytes message, std::uint8_t (&signature)[kSignature]) noexcept = 0;
};

}  // namespace pellucid::crypto
