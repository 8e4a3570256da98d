// Keeper: whoever gives leases: it knows the long-term keys, the key log, the tickets and what grants allow, and follows the
// handshake of each session that is asked for. One thread calls it.
#pragma once
#include <memory>
#include <unordered_map>

#include "lib/keeper/talk.h"

namespace pellucid::keeper {

class Keeper final : public keys::Keys {
 public:
  static constexpr std::size_t kMaxTalks = 1u << 16;  // sessions that are followed at once

  Keeper(const crypto::Hasher& hasher, Warrants& warrants, KeyFinder* keys, const keys::Keylog* log,
         const x509::Trust* trust = nullptr, Guard* guard = nullptr)
      : tickets_(hasher), tools_{hasher, keys, log, warrants, tickets_, trust, guard} {}

  void begin(keys::SessionId id, const keys::Ends& ends) noexcept override;
  void message(keys::SessionId id, keys::Side from, std::uint8_t type, Bytes body) noexcept override;
  keys::Answer lease(keys::SessionId id, const keys::Hellos& hellos, keys::Part part, keys::Side side, std::int64_t captured_s,
                     keys::DirectionKeys& keys) noexcept override;
  // Whether this lease hangs on a ticket that nobody knows yet: the session that it came from may still be judged.
  bool awaits_ticket(keys::SessionId id, keys::Part part) noexcept {
    Talk* const talk = find(id);
    return talk != nullptr && talk->awaits_ticket(part);
  }
  Err renew(std::uint16_t suite, keys::DirectionKeys& keys) noexcept override;
  void terms(keys::SessionId id, keys::Terms& terms) noexcept override;
  keys::Answer more(keys::SessionId id, std::uint64_t used, keys::Terms& terms) noexcept override;
  void end(keys::SessionId id, std::uint64_t used) noexcept override;

  // Asks again for each session that was permitted anything; told(id, terms) of those for which that is over. What the keeper
  // holds of them is wiped. False: whoever owns the session could not be told yet, and will be at the next sweep.
  template <class Told>
  void sweep(Told&& told) noexcept {
    for (auto& [id, talk] : talks_) {
      if (talk->withdraw() && told(id, talk->terms())) talk->has_told();
    }
  }
  std::size_t talks() const noexcept { return talks_.size(); }
  const Tickets& tickets() const noexcept { return tickets_; }
  void forget_tickets() noexcept { tickets_.clear(); }
  // Some long-term key went: what was made of it goes as well, and the next sweep tells.
  void on_keys_gone() noexcept {
    forget_tickets();
    for (auto& [id, talk] : talks_) talk->check_key();
  }

 private:
  Talk* find(keys::SessionId id) noexcept;

  Tickets tickets_;
  Tools tools_;
  std::unordered_map<keys::SessionId, std::unique_ptr<Talk>> talks_;
};

}  // namespace pellucid::keeper
