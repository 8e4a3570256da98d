// Digests by OpenSSL: algorithms fetched once, one context reused. One thread owns one.
#pragma once
#include "drivers/crypto/openssl/handle.h"
#include "lib/crypto/hash.h"

namespace pellucid::openssl {

class Digests final : public crypto::Digests {
 public:
  Digests() noexcept;  // CHECKs that OpenSSL has all three
  void md5(Bytes bytes, std::uint8_t (&out)[16]) const noexcept override;
  void sha1(Bytes bytes, std::uint8_t (&out)[20]) const noexcept override;
  void sha256(Bytes bytes, std::uint8_t (&out)[32]) const noexcept override;

 private:
  void digest(const EVP_MD* how, Bytes bytes, MutBytes out) const noexcept;

  Digest md5_;
  Digest sha1_;
  Digest sha256_;
  DigestCtx ctx_;
};

}  // namespace pellucid::openssl
