// KeyMaker: long-term keys made out of what key files hold. A driver implements it; whoever reads a key file owns one.
#pragma once
#include <memory>

#include "lib/crypto/dh.h"
#include "lib/crypto/rsa.h"

namespace pellucid::crypto {

class KeyMaker {
 public:
  virtual ~KeyMaker() = default;
  // From the private number: little-endian for x25519 and x448 (RFC 7748), big-endian otherwise. Null: it is no such key.
  virtual std::unique_ptr<DhKey> make_dh(Group group, Bytes secret) = 0;
  // … in the finite field of this prime, big-endian. Null: also, if the prime is none of RFC 7919.
  virtual std::unique_ptr<DhKey> make_dh(Bytes prime, Bytes secret) = 0;
  // From PKCS#8 or PKCS#1, in DER. Null: it is no RSA key, or none that can be used.
  virtual std::unique_ptr<RsaKey> make_rsa(Bytes der) = 0;
};

}  // namespace pellucid::crypto
