#include "drivers/crypto/openssl/known_chains.h"

#include <cstring>

#include "lib/base/check.h"

namespace pellucid::openssl {

KnownChains::KnownChains() : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), ctx_(EVP_MD_CTX_new()) {
  CHECK(sha256_ != nullptr && ctx_ != nullptr);
}

// Of all that the answer depends on save the time; each part behind its size, so that no two claims look alike.
KnownChains::Mark KnownChains::mark_of(const x509::Claim& claim) const {
  Mark out{};
  EVP_DigestInit_ex2(ctx_.get(), sha256_.get(), nullptr);
  const auto add = [this](const void* data, std::size_t size) {
    const std::uint64_t n = size;
    EVP_DigestUpdate(ctx_.get(), &n, sizeof n);
    EVP_DigestUpdate(ctx_.get(), data, size);
  };
  add(&claim.peer, sizeof claim.peer);
  add(claim.name.data(), claim.name.size());
  for (const Bytes der : claim.chain) add(der.data(), der.size());
  CHECK(EVP_DigestFinal_ex(ctx_.get(), out.data(), nullptr) == 1);
  return out;
}

KnownChains::Known& KnownChains::place(const Mark& mark) {
  std::uint64_t at = 0;
  std::memcpy(&at, mark.data(), sizeof at);
  return known_[at % kMaxKnownChains];
}

std::optional<x509::Chained> KnownChains::find(const x509::Claim& claim) {
  asked_ = mark_of(claim);
  const Known& k = place(asked_);
  const bool holds = k.holds.from_s <= claim.now_s && claim.now_s < k.holds.before_s;
  return holds && k.mark == asked_ ? std::optional(k.found) : std::nullopt;
}

void KnownChains::keep(x509::Chained found, Span holds) { place(asked_) = {asked_, holds, found}; }

void KnownChains::clear() { known_.assign(kMaxKnownChains, {}); }

}  // namespace pellucid::openssl
