#include "app/engine.h"

#include "drivers/crypto/ipsecmb/aes128.h"
#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/aes128.h"
#include "drivers/crypto/openssl/engine.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/crypto/both.h"

namespace pellucid::app {

std::unique_ptr<crypto::Engine> make_engine(std::uint32_t sessions) {
  auto all = openssl::make_engine(2 * sessions);
  auto fast = ipsecmb::make_engine(2 * sessions);
  if (all == nullptr || fast == nullptr) return all;
  return std::make_unique<crypto::Both>(std::move(fast), std::move(all));
}

PacketOpener::PacketOpener() : hasher_(ipsecmb::make_hasher()), aes_(ipsecmb::make_aes128()) {
  if (hasher_ == nullptr) hasher_ = std::make_unique<openssl::Hasher>();
  if (aes_ == nullptr) aes_ = openssl::make_aes128();
}

}  // namespace pellucid::app
