#include "lib/keeper/keeper.h"

namespace pellucid::keeper {

Talk* Keeper::find(keys::SessionId id) noexcept {
  const auto known = talks_.find(id);
  return known == talks_.end() ? nullptr : known->second.get();
}

void Keeper::begin(keys::SessionId id, const keys::Ends& ends) noexcept {
  if (talks_.size() < kMaxTalks) talks_[id] = std::make_unique<Talk>(tools_, ends);
}

void Keeper::message(keys::SessionId id, keys::Side from, std::uint8_t type, Bytes body) noexcept {
  if (Talk* talk = find(id)) talk->message(from, type, body);
}

keys::Answer Keeper::lease(keys::SessionId id, const keys::Hellos& hellos, keys::Part part, keys::Side side,
                           std::int64_t captured_s, keys::DirectionKeys& keys) noexcept {
  Talk* talk = find(id);
  return talk == nullptr ? keys::Answer::refused : talk->lease(hellos, part, side, captured_s, keys);
}

Err Keeper::renew(std::uint16_t suite, keys::DirectionKeys& keys) noexcept { return keys::renew(tools_.hasher, suite, keys); }

void Keeper::terms(keys::SessionId id, keys::Terms& terms) noexcept {
  if (const Talk* talk = find(id)) {
    terms = talk->terms();
  } else {
    terms.reason = keys::Reason::overload;
  }
}

keys::Answer Keeper::more(keys::SessionId id, std::uint64_t used, keys::Terms& terms) noexcept {
  Talk* talk = find(id);
  if (talk == nullptr) return keys::Answer::refused;
  talk->more(used);
  terms = talk->terms();
  return keys::Answer::granted;
}

void Keeper::end(keys::SessionId id, std::uint64_t used) noexcept {
  Talk* talk = find(id);
  if (talk == nullptr) return;
  talk->give_back(used);
  talks_.erase(id);
}

}  // namespace pellucid::keeper
