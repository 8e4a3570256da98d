#include "lib/keeper/granted.h"

#include <algorithm>

namespace pellucid::keeper {

using keys::Reason;

namespace {
bool wished(const keys::Wish* wish, const keys::Grant& grant) {
  return wish == nullptr || wish->grants.empty() || std::ranges::find(wish->grants, grant.id) != wish->grants.end();
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
  s.left = item.grant->quota;
  if (s.left.sessions != keys::Quota::kUnbounded) s.left.sessions -= std::min(s.left.sessions, item.sessions);
  return s;
}

// Where none opens it, the reason is that of the grant which came closest: one that means this session, if there is one.
Reason Granted::ask(const keys::Session& session, keys::Terms& terms) {
  Reason closest = Reason::no_grant;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = *items_[i];
    if (terms.grant != keys::kNoGrant && terms.grant != i) continue;
    if (!wished(session.wish, *item.grant)) continue;
    Reason reason = item.judge.opens(session, standing(item));
    const bool held = session.key == nullptr || set_.software_custody == keys::Rule::allowed;  // keys lie in this memory
    if (reason == Reason::none && !held) reason = Reason::no_key;
    if (reason == Reason::none) {
      terms.grant = static_cast<std::uint16_t>(i);
      terms.depth = session.wish == nullptr ? item.grant->depth : std::min(item.grant->depth, session.wish->depth);
      terms.direction = item.grant->direction;
      terms.first_bytes = item.grant->first_bytes;
      terms.client_certificates = item.grant->client_certificates == keys::Rule::allowed;
      return Reason::none;
    }
    if (closest == Reason::no_grant || closest == Reason::scope) closest = reason;
  }
  return closest;
}

Reason Granted::begin(const keys::Session& session, const keys::Terms& terms) {
  Item& item = *items_[terms.grant];
  if (const Reason reason = item.judge.live(standing(item)); reason != Reason::none) return reason;
  if (witness_ != nullptr && !witness_->note(session, terms)) return Reason::unwitnessed;
  ++item.sessions;
  return Reason::none;
}

Reason Granted::still(const keys::Terms& terms) {
  if (terms.grant >= items_.size()) return Reason::no_grant;
  const Item& item = *items_[terms.grant];
  keys::Standing s = standing(item);
  s.left = {1, 1};  // what was counted at its beginning
  return item.judge.live(s);
}

Reason Lab::ask(const keys::Session& session, keys::Terms& terms) {
  terms.depth = session.wish == nullptr ? keys::Depth::content : session.wish->depth;
  terms.client_certificates = terms.lab = 1;
  return Reason::none;
}

}  // namespace pellucid::keeper
