// Diffie-Hellman by OpenSSL, a context for each key made once. One thread owns one.
#pragma once
#include <memory>

#include "lib/crypto/dh.h"

namespace pellucid::openssl {

// From the private number alone: little-endian for x25519 and x448 (RFC 7748), big-endian otherwise. Null: no such key.
std::unique_ptr<crypto::DhKey> make_dh(crypto::Group group, Bytes secret);
// … in the finite field of this prime. Null: also, if the prime is none of RFC 7919.
std::unique_ptr<crypto::DhKey> make_dh(Bytes prime, Bytes secret);
// From a file's PKCS#8 or SEC1, in DER. Null: no key of a group that we know.
std::unique_ptr<crypto::DhKey> read_dh(Bytes der);

}  // namespace pellucid::openssl
