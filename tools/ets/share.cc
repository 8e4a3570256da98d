#include "tools/ets/share.h"

namespace pellucid::ets {

bool Share::take_peer(Bytes share) noexcept {
  if (!empty()) return false;
  return settle(public_key(from_.library, *from_.pair.group, share).release());
}

bool Share::make_fresh() noexcept {
  own_ = true;
  return settle(make_key(from_.library, *from_.pair.group).release());
}

bool Share::settle_static() noexcept {
  if (!pending_) return key_ != nullptr;
  EVP_PKEY* pair = from_.pair.key.get();
  return EVP_PKEY_up_ref(pair) == 1 && settle(pair);
}

bool Share::settle_fresh() noexcept { return pending_ ? make_fresh() : key_ != nullptr; }

// Of two threads that settle at once the first decides for both.
bool Share::settle(EVP_PKEY* with) noexcept {
  EVP_PKEY* none = nullptr;
  if (with == nullptr) return false;
  if (!key_.compare_exchange_strong(none, with)) EVP_PKEY_free(with);
  pending_ = false;
  return true;
}

}  // namespace pellucid::ets
