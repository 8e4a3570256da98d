#include "app/daemon/keeping.h"

#include <chrono>
#include <ctime>
#include <utility>

#include "drivers/sys/cpu/cpu.h"
#include "lib/keeper/in_vault.h"

namespace pellucid::app {

namespace {

constexpr auto kNap = std::chrono::microseconds(50);
constexpr auto kSweep = std::chrono::milliseconds(250);  // an end of authority is obeyed within a second
constexpr unsigned kWorkerShift = 52;                    // of a session's id, see lib/engine/opened_reader.cc

std::int64_t now_s() { return std::time(nullptr); }

}  // namespace

crypto::DhKey* Keeping::Finder::find(crypto::Group group, Bytes share, keys::KeyPrints& prints) {
  return vault == nullptr ? nullptr : keeper::InVault(*vault, now_s).find(group, share, prints);
}

bool Keeping::Finder::find_rsa(const keys::Sha256& key, keys::KeyPrints& prints) {
  return vault != nullptr && keeper::InVault(*vault, now_s).find_rsa(key, prints);
}

Err Keeping::Finder::open_premaster(const keys::Sha256& key, Bytes encrypted, crypto::Premaster& premaster) {
  return vault == nullptr ? Err::not_mine : keeper::InVault(*vault, now_s).open_premaster(key, encrypted, premaster);
}

Keeping::Keeping(unsigned workers, Grants& grants, AuditLog& audit, KeyDesk& keys)
    : warrants_(grants, audit), keys_(keys), keeper_(hasher_, warrants_, &finder_, nullptr) {
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
  auto swept = std::chrono::steady_clock::now();
  while (!stop_.load(std::memory_order_relaxed)) {
    const unsigned served = serve();
    const auto now = std::chrono::steady_clock::now();
    if (now - swept >= kSweep) {
      sweep();
      swept = now;
    }
    if (served == 0) std::this_thread::sleep_for(kNap);
  }
  keeper_.forget_tickets();
}

unsigned Keeping::serve() {
  unsigned served = 0;
  for (auto& wire : wires_) {
    if (!wire->asked()) continue;
    served += keys_.with([&](keys::Vault& vault) {
      finder_.vault = &vault;
      const unsigned n = wire->serve(keeper_, kBatch);
      finder_.vault = nullptr;
      return n;
    });
  }
  return served;
}

// A key that went takes with it what its sessions could go on by.
void Keeping::sweep() {
  const std::uint64_t gone = keys_.with([](keys::Vault& vault) { return vault.gone(); });
  if (std::exchange(gone_, gone) != gone) keeper_.forget_tickets();
  keeper_.sweep([this](keys::SessionId id, const keys::Terms& terms) {
    const std::size_t worker = static_cast<std::size_t>(id >> kWorkerShift);
    if (worker < wires_.size()) wires_[worker]->withdraw(id, terms);
  });
}

}  // namespace pellucid::app
