// RSA key transport by OpenSSL, a context for each key made once; and keys of every kind made out of what files hold. One
// thread owns one.
#pragma once
#include "drivers/crypto/openssl/dh.h"
#include "lib/crypto/maker.h"

namespace pellucid::openssl {

inline constexpr int kMinRsaBits = 512;
inline constexpr int kMaxRsaBits = 8192;

// From PKCS#8 or PKCS#1, in DER. Null: no RSA key, or one whose size is out of these limits.
std::unique_ptr<crypto::RsaKey> make_rsa(Bytes der);

class KeyMaker final : public crypto::KeyMaker {
 public:
  std::unique_ptr<crypto::DhKey> make_dh(crypto::Group group, Bytes secret) override { return openssl::make_dh(group, secret); }
  std::unique_ptr<crypto::DhKey> make_dh(Bytes prime, Bytes secret) override { return openssl::make_dh(prime, secret); }
  std::unique_ptr<crypto::RsaKey> make_rsa(Bytes der) override { return openssl::make_rsa(der); }
};

}  // namespace pellucid::openssl
