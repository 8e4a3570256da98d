#include "lib/keeper/tickets.h"

#include <algorithm>

namespace pellucid::keeper {

Tickets::Name Tickets::name_of(Kind kind, Bytes identity) const {
  Name name;
  const std::uint8_t tag = static_cast<std::uint8_t>(kind);
  hasher_.digest(crypto::Hash::sha256, {Bytes(&tag, 1), identity}, name);
  return name;
}

Resumed& Tickets::put(Kind kind, Bytes identity, std::int64_t now_s, std::int64_t life_s) {
  ++put_in_;
  const Name name = name_of(kind, identity);
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    by_age_.erase(known->second);
    by_name_.erase(known);
  }
  if (by_name_.size() >= most_) {
    by_name_.erase(by_age_.front().name);
    by_age_.pop_front();
    ++pushed_out_;
  }
  Entry& entry = by_age_.emplace_back();
  entry.name = name;
  entry.until_s = now_s + std::clamp<std::int64_t>(life_s, 1, kMaxLife);
  by_name_[name] = std::prev(by_age_.end());
  return entry.resumed;
}

const Resumed* Tickets::find(Kind kind, Bytes identity, std::int64_t now_s) {
  const auto known = by_name_.find(name_of(kind, identity));
  if (known == by_name_.end()) return nullptr;
  if (now_s <= known->second->until_s) return &known->second->resumed;
  by_age_.erase(known->second);
  by_name_.erase(known);
  return nullptr;
}

void Tickets::clear() noexcept {
  by_name_.clear();
  by_age_.clear();
}

}  // namespace pellucid::keeper
