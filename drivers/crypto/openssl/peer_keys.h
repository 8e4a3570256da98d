// PeerKeys: public keys of peers as OpenSSL wants them. It takes longer to read one than to check a signature with it, and few
// servers have most of the sessions, so the last ones stay. One thread owns one.
#pragma once
#include <string>
#include <vector>

#include "drivers/crypto/openssl/handle.h"
#include "lib/base/bytes.h"

namespace pellucid::openssl {

using PublicKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

inline constexpr std::size_t kMaxPeerKeys = 1024;     // that stay
inline constexpr std::size_t kMaxPeerKeySize = 4096;  // octets of one that stays; RSA of 16,384 bits has half of it

class PeerKeys {
 public:
  // Of a SubjectPublicKeyInfo in DER. Null: no key, or of a kind that OpenSSL does not have. Valid until the next call.
  EVP_PKEY* find(Bytes der);

 private:
  struct Known {
    std::string der;
    PublicKey key;
  };
  std::vector<Known> known_ = std::vector<Known>(kMaxPeerKeys);  // each has one place: what comes to it takes it over
  PublicKey large_;
};

}  // namespace pellucid::openssl
