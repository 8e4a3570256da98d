// Ed25519 signatures by OpenSSL: a signing key kept in a file of its own, and the public key to judge by. One thread at a time.
#pragma once
#include <array>
#include <memory>
#include <string>

#include "drivers/crypto/openssl/handle.h"
#include "lib/crypto/sign.h"

namespace pellucid::openssl {

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

class SigningKey final : public crypto::Signer {
 public:
  static std::unique_ptr<SigningKey> make(std::string& problem);
  static std::unique_ptr<SigningKey> read(std::string_view pem, std::string& problem);  // PKCS#8, not encrypted

  Bytes public_key() const noexcept override { return public_; }
  bool sign(Bytes message, std::uint8_t (&signature)[crypto::kSignature]) noexcept override;
  bool write_private(std::string& pem) const;  // a secret: wipe it after use
  bool write_public(std::string& pem) const;

 private:
  explicit SigningKey(Key key) : key_(std::move(key)) {}
  Key key_;
  std::array<std::uint8_t, crypto::kPublicKey> public_{};
};

class VerifyingKey final : public crypto::Verifier {
 public:
  static std::unique_ptr<VerifyingKey> read(std::string_view pem, std::string& problem);  // SubjectPublicKeyInfo

  Bytes public_key() const noexcept override { return public_; }
  bool right(Bytes message, Bytes signature) const noexcept override;

 private:
  explicit VerifyingKey(Key key) : key_(std::move(key)) {}
  Key key_;
  std::array<std::uint8_t, crypto::kPublicKey> public_{};
};

}  // namespace pellucid::openssl
