#include "app/daemon/keeping.h"

#include <chrono>
#include <ctime>
#include <utility>

#include "drivers/sys/cpu/cpu.h"

namespace pellucid::app {

namespace {

constexpr auto kNap = std::chrono::microseconds(50);
constexpr auto kSweep = std::chrono::milliseconds(250);  // an end of authority is obeyed within a second

std::int64_t now_s() { return std::time(nullptr); }

}  // namespace

Keeping::Keeping(unsigned workers, Grants& grants, AuditLog& audit, KeyDesk& keys, Policies& policies,
                 const classify::Names* names, std::unique_ptr<openssl::Trust> trust)
    : warrants_(grants, audit),
      keys_(keys),
      finder_(nullptr, now_s),
      policies_(policies),
      guard_(names),
      trust_(std::move(trust)),
      keeper_(hasher_, warrants_, &finder_, nullptr, trust_.get(), &guard_) {
  for (unsigned i = 0; i < workers; ++i) wires_.push_back(std::make_unique<keeper::Wire>(hasher_));
}

Keeping::~Keeping() { stop(); }

void Keeping::start() {
  thread_ = std::thread([this] { drive(); });
}

void Keeping::stop() {
  stop_.store(true, std::memory_order_relaxed);
  if (thread_.joinable()) thread_.join();
}

void Keeping::drive() {
  sys::name_thread("keeper");
  const auto self = static_cast<unsigned>(wires_.size()) + 1;
  policies_.online(self);
  auto swept = std::chrono::steady_clock::now();
  while (!stop_.load(std::memory_order_relaxed)) {
    guard_.judge_by(policies_.take(self));
    const unsigned served = serve();
    const auto now = std::chrono::steady_clock::now();
    if (now - swept >= kSweep) {
      sweep();
      swept = now;
    }
    if (served == 0) std::this_thread::sleep_for(kNap);
  }
  policies_.offline(self);
  keeper_.forget_tickets();
}

unsigned Keeping::serve() {
  unsigned served = 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto now_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  for (auto& wire : wires_) {
    if (!wire->asked() && !wire->holds()) continue;
    served += keys_.with([&](keys::Vault& vault) {
      finder_.lend(&vault);
      const unsigned n = wire->serve(keeper_, kBatch) + wire->serve_held(keeper_, now_ms);
      finder_.lend(nullptr);
      return n;
    });
  }
  return served;
}

// A key that went takes with it all that was made of it.
void Keeping::sweep() {
  keys_.with([this](keys::Vault& vault) {
    if (std::exchange(gone_, vault.gone()) == vault.gone()) return;
    finder_.lend(&vault);
    keeper_.on_keys_gone();
    finder_.lend(nullptr);
  });
  keeper_.sweep([this](keys::SessionId id, const keys::Terms& terms) {
    const unsigned worker = keys::worker_of(id);
    return worker >= wires_.size() || wires_[worker]->withdraw(id, terms);
  });
}

}  // namespace pellucid::app
