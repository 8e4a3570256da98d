#include "lib/keeper/granted.h"

#include <algorithm>

#include "lib/keeper/choice.h"

namespace pellucid::keeper {

using keys::Reason;

namespace {

std::uint64_t left_of(std::uint64_t quota, std::uint64_t given) noexcept {
  return quota == keys::Quota::kUnbounded ? quota : quota - std::min(quota, given);
}

}  // namespace

std::uint16_t Granted::add(const keys::Grant& grant, unsigned good) {
  items_.push_back(std::make_unique<Item>(Item{&grant, keys::Judge(grant, set_, good)}));
  return static_cast<std::uint16_t>(items_.size() - 1);
}

keys::Standing Granted::standing(const Item& item) const {
  keys::Standing s;
  s.now_s = clock_();
  s.clock = keys::Clock::sure;
  const keys::Quota& quota = item.grant->quota;
  s.left = {left_of(quota.sessions, item.given.sessions), left_of(quota.bytes, item.given.bytes)};
  return s;
}

Reason Granted::ask(const keys::Session& session, keys::Terms& terms) {
  Choice choice(session, set_);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = *items_[i];
    if (terms.grant != keys::kNoGrant && terms.grant != i) continue;
    if (!choice.takes(*item.grant, item.judge, standing(item), terms)) continue;
    terms.grant = static_cast<std::uint16_t>(i);
    return Reason::none;
  }
  return choice.reason();
}

Reason Granted::begin(const keys::Session&, keys::Terms& terms) {
  Item& item = *items_[terms.grant];
  if (const Reason reason = item.judge.live(standing(item)); reason != Reason::none) return reason;
  ++item.given.sessions;
  terms.allowance = item.grant->quota.bytes == keys::Quota::kUnbounded ? keys::kAllAllowed : 0;
  more(terms);
  return Reason::none;
}

void Granted::more(keys::Terms& terms) {
  Item& item = *items_[terms.grant];
  if (terms.allowance == keys::kAllAllowed || item.judge.live(standing(item)) != Reason::none) return;
  const std::uint64_t share = next_share(terms, standing(item).left.bytes);
  item.given.bytes += share;
  terms.allowance += share;
}

void Granted::give_back(const keys::Terms& terms, std::uint64_t unused) { items_[terms.grant]->given.bytes -= unused; }

Reason Granted::still(const keys::Terms& terms) {
  if (terms.grant >= items_.size()) return Reason::no_grant;
  const Item& item = *items_[terms.grant];
  keys::Standing s = standing(item);
  s.left = {1, 1};  // what was counted at its beginning
  return item.judge.live(s);
}

Reason Lab::ask(const keys::Session& session, keys::Terms& terms) {
  if (!session.protections.empty()) return Reason::excluded;  // nobody signed that it is lifted
  terms.depth = session.wish == nullptr ? keys::Depth::content : session.wish->depth;
  terms.client_certificates = terms.lab = 1;
  return Reason::none;
}

}  // namespace pellucid::keeper
