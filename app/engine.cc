#include "app/engine.h"

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/engine.h"
#include "lib/crypto/both.h"

namespace pellucid::app {

std::unique_ptr<crypto::Engine> make_engine(std::uint32_t sessions) {
  auto all = openssl::make_engine(2 * sessions);
  auto fast = ipsecmb::make_engine(2 * sessions);
  if (all == nullptr || fast == nullptr) return all;
  return std::make_unique<crypto::Both>(std::move(fast), std::move(all));
}

}  // namespace pellucid::app
