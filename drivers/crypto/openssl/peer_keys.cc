#include "drivers/crypto/openssl/peer_keys.h"

#include <functional>

namespace pellucid::openssl {

namespace {

PublicKey read(Bytes der) {
  const unsigned char* at = der.data();
  return PublicKey{d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
}

}  // namespace

EVP_PKEY* PeerKeys::find(Bytes der) {
  if (der.size() > kMaxPeerKeySize) {
    large_ = read(der);
    return large_.get();
  }
  const std::string_view text(reinterpret_cast<const char*>(der.data()), der.size());
  Known& k = known_[std::hash<std::string_view>()(text) % kMaxPeerKeys];
  if (k.der != text || k.key == nullptr) {
    k.key = read(der);
    k.der = text;
  }
  return k.key.get();
}

}  // namespace pellucid::openssl
