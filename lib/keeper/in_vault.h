// InVault: the keeper's keys are those of a vault, while whoever owns the vault lends it. The keeper's thread.
#pragma once
#include "lib/keeper/talk.h"
#include "lib/keys/vault.h"

namespace pellucid::keeper {

class InVault final : public KeyFinder {
 public:
  using Clock = std::int64_t (*)();  // seconds since 1970

  InVault(const keys::Vault* vault, Clock clock) : vault_(vault), clock_(clock) {}

  void lend(const keys::Vault* vault) noexcept { vault_ = vault; }  // null: there are no keys

  crypto::DhKey* find(crypto::Group group, Bytes share, keys::KeyPrints& prints) override {
    return vault_ == nullptr ? nullptr : vault_->find(group, share, clock_(), prints);
  }
  bool find_rsa(const keys::Sha256& key, keys::KeyPrints& prints) override {
    prints.public_key = key;
    return find_rsa(key) != nullptr;
  }
  bool holds(const keys::KeyPrints& prints) override { return vault_ != nullptr && vault_->holds(prints); }
  Err open_premaster(const keys::Sha256& key, Bytes encrypted, crypto::Premaster& premaster) override {
    crypto::RsaKey* found = find_rsa(key);
    return found == nullptr ? Err::not_mine : found->open(encrypted, premaster);
  }

 private:
  crypto::RsaKey* find_rsa(const keys::Sha256& key) const {
    return vault_ == nullptr ? nullptr : vault_->find_rsa(key, clock_());
  }

  const keys::Vault* vault_;
  Clock clock_;
};

}  // namespace pellucid::keeper
