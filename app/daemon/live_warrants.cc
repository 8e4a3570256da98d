#include "app/daemon/live_warrants.h"

#include <algorithm>

#include "lib/keeper/choice.h"

namespace pellucid::app {

using keys::Reason;

namespace {

std::uint64_t both(std::uint64_t left, std::uint64_t reserved) noexcept {
  return left == keys::Quota::kUnbounded ? left : left + reserved;
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

keys::Standing LiveWarrants::standing(keys::Register& reg, const std::string& id) const {
  keys::Standing out = grants_.standing(reg, id);
  const auto slice = slices_.find(id);
  if (slice == slices_.end()) return out;
  out.left = {both(out.left.sessions, slice->second.sessions), both(out.left.bytes, slice->second.bytes)};
  return out;
}

Reason LiveWarrants::ask(const keys::Session& session, keys::Terms& terms) {
  if (!written_down()) return Reason::unwitnessed;
  return grants_.with([&](keys::Register& reg) {
    if (reg.set() == nullptr) return Reason::no_grant;
    keeper::Choice choice(session, *reg.set());
    const std::string pinned = terms.grant == keys::kNoGrant ? std::string() : id_of(terms.grant);
    for (const keys::Entry& entry : reg.ledger().grants) {
      const keys::GrantFile* file = reg.grant(entry.id);
      if (file == nullptr || (!pinned.empty() && entry.id != pinned)) continue;
      if (!choice.takes(file->grant, *reg.judge(entry.id), standing(reg, entry.id), terms)) continue;
      terms.grant = number_of(file->grant);
      return Reason::none;
    }
    return choice.reason();
  });
}

Reason LiveWarrants::begin(const keys::Session& session, keys::Terms& terms) {
  if (!written_down()) return Reason::unwitnessed;
  const std::string id = id_of(terms.grant);
  const Reason reason = grants_.with([&](keys::Register& reg) {
    const keys::GrantFile* file = reg.grant(id);
    if (file == nullptr) return Reason::no_grant;
    const Reason r = keeper::opens(*reg.judge(id), *reg.set(), session, standing(reg, id));
    if (r != Reason::none) return r;
    if (file->grant.quota.sessions != keys::Quota::kUnbounded) {
      keys::Quota& slice = slices_.try_emplace(id, keys::Quota{0, 0}).first->second;
      std::string problem;
      if (slice.sessions == 0) slice.sessions = reg.reserve(id, {kSlice, 0}, problem).sessions;
      if (slice.sessions == 0) return Reason::quota;
      --slice.sessions;
    }
    terms.allowance = file->grant.quota.bytes == keys::Quota::kUnbounded ? keys::kAllAllowed : 0;
    share(reg, id, terms);
    return Reason::none;
  });
  if (reason != Reason::none) return reason;
  audit_.note({"keeper", "", "session_open", id, "done", {}});
  return written_down() ? Reason::none : Reason::unwitnessed;
}

// What was reserved and not used when the daemon ends is lost: a quota may shrink, never grow.
void LiveWarrants::share(keys::Register& reg, const std::string& id, keys::Terms& terms) {
  if (terms.allowance == keys::kAllAllowed) return;
  keys::Quota& slice = slices_.try_emplace(id, keys::Quota{0, 0}).first->second;
  const std::uint64_t wanted = keeper::next_share(terms, keys::Quota::kUnbounded);
  std::string problem;
  if (slice.bytes < wanted) slice.bytes += reg.reserve(id, {0, kSliceBytes}, problem).bytes;
  const std::uint64_t share = keeper::next_share(terms, slice.bytes);
  slice.bytes -= share;
  terms.allowance += share;
}

void LiveWarrants::more(keys::Terms& terms) {
  const std::string id = id_of(terms.grant);
  grants_.with([&](keys::Register& reg) {
    const keys::Judge* judge = reg.judge(id);
    if (judge != nullptr && judge->live(standing(reg, id)) == Reason::none) share(reg, id, terms);
  });
}

void LiveWarrants::give_back(const keys::Terms& terms, std::uint64_t unused) {
  slices_.try_emplace(id_of(terms.grant), keys::Quota{0, 0}).first->second.bytes += unused;
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
