#include "lib/keeper/choice.h"

#include <algorithm>

namespace pellucid::keeper {

using keys::Reason;

namespace {

bool wished(const keys::Wish* wish, std::string_view id) noexcept {
  return wish == nullptr || wish->grants.empty() || std::ranges::find(wish->grants, id) != wish->grants.end();
}

// A static key share gives away all that it was ever used for, so the authorities say for how long one may be.
bool too_old(const keys::KeyPrints& key, const keys::AuthoritySet& set, std::int64_t captured_s) noexcept {
  constexpr std::int64_t kDay = 86'400;
  return key.since_s != 0 && captured_s - key.since_s >= set.max_static_key_days * kDay;
}

}  // namespace

Reason opens(const keys::Judge& judge, const keys::AuthoritySet& set, const keys::Session& session,
             const keys::Standing& standing) noexcept {
  const Reason reason = judge.opens(session, standing);
  if (reason != Reason::none || session.key == nullptr) return reason;
  if (set.software_custody != keys::Rule::allowed) return Reason::no_key;
  return session.method == keys::Method::ets && too_old(*session.key, set, session.captured_s) ? Reason::no_key : Reason::none;
}

bool Choice::takes(const keys::Grant& grant, const keys::Judge& judge, const keys::Standing& standing, keys::Terms& terms) {
  if (!wished(session_.wish, grant.id)) return false;
  const Reason reason = opens(judge, set_, session_, standing);
  if (reason != Reason::none) {
    if (closest_ == Reason::no_grant || closest_ == Reason::scope) closest_ = reason;
    return false;
  }
  terms.depth = session_.wish == nullptr ? grant.depth : std::min(grant.depth, session_.wish->depth);
  terms.direction = grant.direction;
  terms.first_bytes = grant.first_bytes;
  terms.client_certificates = grant.client_certificates == keys::Rule::allowed;
  return true;
}

std::uint64_t next_share(const keys::Terms& terms, std::uint64_t left) noexcept {
  return std::min(left, std::clamp(terms.allowance, kFirstShare, kMaxShare));
}

}  // namespace pellucid::keeper
