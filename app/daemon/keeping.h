// Keeping: the keeper's thread, a wire from each worker to it, and what it asks: the daemon's keys and grants. Owned by the
// world; born before the lanes, ended after them.
#pragma once
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "app/daemon/key_desk.h"
#include "app/daemon/live_warrants.h"
#include "app/guard.h"
#include "drivers/crypto/openssl/hasher.h"
#include "drivers/crypto/openssl/trust.h"
#include "lib/engine/snap.h"
#include "lib/keeper/in_vault.h"
#include "lib/keeper/wire.h"

namespace pellucid::app {

class Keeping {
 public:
  static constexpr unsigned kBatch = 64;  // questions of a worker that are served at once

  using Policies = engine::Snap<policy::Program>;

  // It reads policies behind the workers and the exporter.
  Keeping(unsigned workers, Grants& grants, AuditLog& audit, KeyDesk& keys, Policies& policies, const classify::Names* names,
          std::unique_ptr<openssl::Trust> trust);
  ~Keeping();

  void start();
  void stop();  // nothing is asked any more; every secret is wiped
  keeper::Wire& wire(unsigned worker) noexcept { return *wires_[worker]; }
  std::shared_ptr<const LiveWarrants::Known> known() const { return warrants_.known(); }

 private:
  void drive();
  unsigned serve();
  void sweep();

  openssl::Hasher hasher_;
  LiveWarrants warrants_;
  KeyDesk& keys_;
  keeper::InVault finder_;
  Policies& policies_;
  PolicyGuard guard_;
  std::unique_ptr<openssl::Trust> trust_;
  keeper::Keeper keeper_;
  std::vector<std::unique_ptr<keeper::Wire>> wires_;
  std::uint64_t gone_ = 0;  // keys of the vault, when it was last looked at
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace pellucid::app
