// Prints: SHA-256 of a public key's SubjectPublicKeyInfo, by which keys are named. Used by the drivers of keys.
#pragma once
#include "drivers/crypto/openssl/handle.h"
#include "lib/crypto/rsa.h"

namespace pellucid::openssl {

inline bool print_public(const EVP_PKEY* key, crypto::PublicPrint& out) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return false;
  const bool made = EVP_Digest(der, static_cast<std::size_t>(size), out.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return made;
}

}  // namespace pellucid::openssl
