#include "app/daemon/live_warrants.h"

#include <algorithm>

namespace pellucid::app {

using keys::Reason;

namespace {

bool wished(const keys::Wish* wish, const std::string& id) {
  return wish == nullptr || wish->grants.empty() || std::ranges::find(wish->grants, id) != wish->grants.end();
}

void fill(const keys::Grant& grant, const keys::Wish* wish, keys::Terms& terms) {
  terms.depth = wish == nullptr ? grant.depth : std::min(grant.depth, wish->depth);
  terms.direction = grant.direction;
  terms.first_bytes = grant.first_bytes;
  terms.client_certificates = grant.client_certificates == keys::Rule::allowed;
}

}  // namespace

std::uint16_t LiveWarrants::number_of(const keys::Grant& grant) {
  const std::scoped_lock lock(naming_);
  const exporter::GrantNames& names = known_->names;
  const auto at = std::ranges::find(names, grant.id, &exporter::GrantName::id);
  if (at != names.end()) return static_cast<std::uint16_t>(at - names.begin());
  auto more = std::make_shared<Known>(*known_);
  more->names.push_back({grant.id, grant.purpose});
  more->deliveries.push_back(delivery_of(grant));
  known_ = std::move(more);
  return static_cast<std::uint16_t>(known_->names.size() - 1);
}

std::string LiveWarrants::id_of(std::uint16_t number) const {
  const std::scoped_lock lock(naming_);
  return number < known_->names.size() ? known_->names[number].id : std::string();
}

std::shared_ptr<const LiveWarrants::Known> LiveWarrants::known() const {
  const std::scoped_lock lock(naming_);
  return known_;
}

Reason LiveWarrants::judge(keys::Register& reg, const std::string& id, const keys::Session& session) const {
  const keys::Judge* judge = reg.judge(id);
  if (judge == nullptr) return Reason::no_grant;
  keys::Standing standing = grants_.standing(reg, id);
  if (const auto slice = slices_.find(id); slice != slices_.end() && standing.left.sessions != keys::Quota::kUnbounded) {
    standing.left.sessions += slice->second.sessions;
  }
  const Reason reason = judge->opens(session, standing);
  const bool held = session.key == nullptr || reg.set()->software_custody == keys::Rule::allowed;  // keys lie in this memory
  return reason == Reason::none && !held ? Reason::no_key : reason;
}

// Where none opens it, the reason is that of the grant which came closest: one that means this session, if there is one.
Reason LiveWarrants::ask(const keys::Session& session, keys::Terms& terms) {
  return grants_.with([&](keys::Register& reg) {
    Reason closest = Reason::no_grant;
    const std::string pinned = terms.grant == keys::kNoGrant ? std::string() : id_of(terms.grant);
    for (const keys::Entry& entry : reg.ledger().grants) {
      const keys::GrantFile* file = reg.grant(entry.id);
      if (file == nullptr || (!pinned.empty() && entry.id != pinned) || !wished(session.wish, entry.id)) continue;
      const Reason reason = judge(reg, entry.id, session);
      if (reason == Reason::none) {
        terms.grant = number_of(file->grant);
        fill(file->grant, session.wish, terms);
        return Reason::none;
      }
      if (closest == Reason::no_grant || closest == Reason::scope) closest = reason;
    }
    return closest;
  });
}

Reason LiveWarrants::begin(const keys::Session& session, const keys::Terms& terms) {
  if (!written_down()) return Reason::unwitnessed;
  const std::string id = id_of(terms.grant);
  const Reason reason = grants_.with([&](keys::Register& reg) {
    if (const Reason r = judge(reg, id, session); r != Reason::none) return r;
    const keys::GrantFile* file = reg.grant(id);
    if (file->grant.quota.sessions == keys::Quota::kUnbounded) return Reason::none;
    keys::Quota& slice = slices_.try_emplace(id, keys::Quota{0, 0}).first->second;
    if (slice.sessions == 0) {
      std::string problem;
      slice = reg.reserve(id, {kSlice, 0}, problem);
    }
    if (slice.sessions == 0) return Reason::quota;
    --slice.sessions;
    return Reason::none;
  });
  if (reason != Reason::none) return reason;
  audit_.note({"keeper", "", "session_open", id, "done", {}});
  return written_down() ? Reason::none : Reason::unwitnessed;
}

Reason LiveWarrants::still(const keys::Terms& terms) {
  if (!written_down()) return Reason::unwitnessed;
  const std::string id = id_of(terms.grant);
  return grants_.with([&](keys::Register& reg) {
    const keys::Judge* judge = reg.judge(id);
    if (judge == nullptr) return Reason::revoked;
    keys::Standing standing = grants_.standing(reg, id);
    standing.left = {1, 1};  // what was counted at its beginning
    return judge->live(standing);
  });
}

bool LiveWarrants::allows_annex_a() const {
  return grants_.with([](keys::Register& reg) { return reg.set() != nullptr && reg.set()->annex_a == keys::Rule::allowed; });
}

}  // namespace pellucid::app
