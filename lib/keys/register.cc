#include "lib/keys/register.h"

#include <algorithm>

#include "lib/base/when.h"

namespace pellucid::keys {

namespace {

constexpr const char* kLedger = "ledger";

bool fail(std::string text, std::string& problem) {
  problem = std::move(text);
  return false;
}

std::uint64_t left_of(std::uint64_t quota, std::uint64_t given) noexcept {
  return quota == Quota::kUnbounded ? quota : quota - std::min(quota, given);
}

// What is given away of an unbounded quota need not be counted.
std::uint64_t take(std::uint64_t quota, std::uint64_t wanted, std::uint64_t& given) noexcept {
  const std::uint64_t taken = std::min(wanted, left_of(quota, given));
  if (quota != Quota::kUnbounded) given += taken;
  return taken;
}

std::string plain(std::string why) {
  if (why.size() > kMaxWhy) why.resize(kMaxWhy);
  for (char& c : why) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return why;
}

}  // namespace

bool Register::open(std::uint64_t least_writes, std::string& problem) {
  std::string text;
  ledger_ = {};
  latest_s_ = 0;
  set_ = nullptr;
  held_.clear();
  if (!shelf_.read(kLedger, kMaxLedger, text, problem)) {
    if (!problem.empty()) return false;
    if (shelf_.names().empty() && least_writes == 0) return true;  // before the first set is pinned
    return fail("the ledger of grants is missing in the state folder; restore the newest copy, or have all grants made anew",
                problem);
  }
  if (!read_ledger(text, ledger_)) {
    return fail("the ledger of grants is damaged; restore the newest copy, or have all grants made anew", problem);
  }
  latest_s_ = ledger_.latest_s;
  if (ledger_.writes >= least_writes) return true;
  return fail("the ledger of grants is older than it was: written " + std::to_string(ledger_.writes) + " times of " +
                  std::to_string(least_writes) + "; restore the newest copy of the state folder",
              problem);
}

bool Register::write(const Ledger& next, std::string& problem) {
  Ledger written = next;
  ++written.writes;
  if (!shelf_.write(kLedger, write_ledger(written), problem)) return false;
  ledger_ = std::move(written);
  return true;
}

void Register::sweep() {
  for (const std::string& name : shelf_.names()) {
    const bool set = name.starts_with("set-") && name != set_name(ledger_.set);
    const auto kept = [&](const Entry& e) { return name == grant_name(e.digest); };
    if (set || (name.starts_with("grant-") && std::none_of(ledger_.grants.begin(), ledger_.grants.end(), kept))) {
      shelf_.drop(name);
    }
  }
}

Entry* Register::entry(const std::string& id) noexcept {
  const auto at = std::find_if(ledger_.grants.begin(), ledger_.grants.end(), [&](const Entry& e) { return e.id == id; });
  return at == ledger_.grants.end() ? nullptr : &*at;
}
const Entry* Register::entry(const std::string& id) const noexcept { return const_cast<Register*>(this)->entry(id); }

std::string Register::refusal_of(const GrantFile& file) const {
  if (appliance_.empty()) return "this appliance has no name that an audience could hold; write `host` into pellucid.yaml";
  return refuse_grant(file.grant, set_->set, quorum_of(file.document), appliance_);
}

void Register::hold(GrantFile file) {
  std::string id = file.grant.id;
  held_[id] = std::make_unique<const Holding>(std::move(file), set_->set);
}

bool Register::resume_set(SetFile file, std::string& problem) {
  if (file.digest != ledger_.set) return fail("the authority set on disk is not the one that was pinned; restore it", problem);
  held_.clear();
  set_ = std::make_unique<const SetFile>(std::move(file));
  return true;
}

bool Register::resume_grant(GrantFile file, std::string& problem) {
  const Entry* const known = entry(file.grant.id);
  if (set_ == nullptr || known == nullptr || known->digest != file.digest) {
    return fail("the grant on disk is not the one that was imported; restore it, or have another one signed", problem);
  }
  problem = refusal_of(file);
  if (!problem.empty()) return false;
  hold(std::move(file));
  return true;
}

bool Register::import_set(SetFile file, std::string& problem) {
  if (ledger_.set == file.digest) return fail("this authority set is in force already", problem);
  if (!ledger_.set.empty() && set_ == nullptr) return fail("the authority set in force was not read; see the log", problem);
  problem = set_ == nullptr ? refuse_first(file.set, file.document) : refuse_successor(set_->set, file.set, file.document);
  if (!problem.empty()) return false;
  if (ledger_.writes == 0 && !write(ledger_, problem)) return false;  // texts without a ledger are a ledger that was lost
  if (!shelf_.write(set_name(file.digest), file.text, problem)) return false;
  Ledger next = ledger_;
  next.set = file.digest;
  next.generation = file.set.generation;
  if (!write(next, problem)) return false;
  held_.clear();
  set_ = std::make_unique<const SetFile>(std::move(file));
  sweep();
  return true;
}

// An expired grant may be forgotten: imported again it is refused, as is any import while the clock is in doubt.
bool Register::make_room(Ledger& next, std::int64_t now_s, std::string& problem) const {
  if (next.grants.size() < kMaxGrants) return true;
  const auto oldest = std::min_element(next.grants.begin(), next.grants.end(),
                                       [](const Entry& x, const Entry& y) { return x.not_after_s < y.not_after_s; });
  if (oldest->not_after_s > now_s) {
    return fail("there are " + std::to_string(kMaxGrants) + " grants that have not expired; wait until one has", problem);
  }
  if (oldest->revocation.when_s != 0 && next.revoked.size() < kMaxRevoked) {
    next.revoked.emplace_back(oldest->id, oldest->revocation);
  }
  next.grants.erase(oldest);
  return true;
}

bool Register::import_grant(GrantFile file, std::int64_t now_s, std::string& problem) {
  const Grant& g = file.grant;
  if (set_ == nullptr) return fail("no authority set is pinned; import one first", problem);
  problem = refusal_of(file);
  if (!problem.empty()) return false;
  if (note(now_s) == Clock::doubtful) return fail("the clock is behind what it was before; set it right first", problem);
  if (now_s >= g.not_after_s)
    return fail("expired since " + write_moment(g.not_after_s) + "; have another one signed", problem);
  const auto is_it = [&](const auto& r) { return r.first == g.id; };
  const Entry* const known = entry(g.id);
  const bool revoked =
      std::any_of(ledger_.revoked.begin(), ledger_.revoked.end(), is_it) || (known != nullptr && known->revocation.when_s != 0);
  if (revoked) return fail("`" + g.id + "` is revoked, for good; have another one signed", problem);
  if (known != nullptr && known->digest != file.digest) {
    return fail("`" + g.id + "` is the id of another grant; give each grant an id of its own", problem);
  }
  if (!shelf_.write(grant_name(file.digest), file.text, problem)) return false;
  if (known == nullptr) {
    Ledger next = ledger_;
    if (!make_room(next, now_s, problem)) return false;
    next.grants.push_back({g.id, file.digest, g.not_after_s, {0, 0}, {}});
    std::sort(next.grants.begin(), next.grants.end(), [](const Entry& x, const Entry& y) { return x.id < y.id; });
    if (!write(next, problem)) return false;
    std::erase_if(held_, [&](const auto& h) { return entry(h.first) == nullptr; });
    sweep();
  }
  hold(std::move(file));
  return true;
}

bool Register::revoke(const std::string& id, Revocation revocation, std::string& problem) {
  if (!good_id(id)) return fail("`" + plain(id) + "` is no id of a grant; write letters, digits, dots, - and _", problem);
  revocation.why = plain(std::move(revocation.why));
  revocation.when_s = std::max<std::int64_t>(revocation.when_s, 1);
  Ledger next = ledger_;
  const auto is_it = [&](const auto& r) { return r.first == id; };
  if (std::any_of(next.revoked.begin(), next.revoked.end(), is_it)) return true;
  const auto known = std::find_if(next.grants.begin(), next.grants.end(), [&](const Entry& e) { return e.id == id; });
  if (known != next.grants.end()) {
    if (known->revocation.when_s != 0) return true;
    known->revocation = std::move(revocation);
    // Whether or not it can be written: what was revoked is not used again.
    entry(id)->revocation = known->revocation;
  } else if (next.revoked.size() == kMaxRevoked) {
    return fail("there are " + std::to_string(kMaxRevoked) + " revocations of unknown grants; this one is not known either",
                problem);
  } else {
    next.revoked.emplace_back(id, std::move(revocation));
  }
  return write(next, problem);
}

Clock Register::note(std::int64_t now_s) {
  if (now_s < latest_s_ - kBack) return Clock::doubtful;
  latest_s_ = std::max(latest_s_, now_s);
  if (now_s - ledger_.latest_s >= kMaxUnnoted) {
    Ledger next = ledger_;
    next.latest_s = now_s;
    std::string problem;
    if (!write(next, problem)) return Clock::doubtful;  // after a restart nobody would know how late it was
  }
  return Clock::sure;
}

Quota Register::reserve(const std::string& id, Quota wanted, std::string& problem) {
  const GrantFile* const file = grant(id);
  if (file == nullptr || entry(id)->revocation.when_s != 0) return {0, 0};
  Ledger next = ledger_;
  const auto at = std::find_if(next.grants.begin(), next.grants.end(), [&](const Entry& e) { return e.id == id; });
  const Quota& all = file->grant.quota;
  const Quota before = at->given;
  const Quota taken{take(all.sessions, wanted.sessions, at->given.sessions), take(all.bytes, wanted.bytes, at->given.bytes)};
  const bool same = before.sessions == at->given.sessions && before.bytes == at->given.bytes;
  return same || write(next, problem) ? taken : Quota{0, 0};
}

const Judge* Register::judge(const std::string& id) const noexcept {
  const auto at = held_.find(id);
  return at == held_.end() ? nullptr : &at->second->judge;
}
const GrantFile* Register::grant(const std::string& id) const noexcept {
  const auto at = held_.find(id);
  return at == held_.end() ? nullptr : &at->second->file;
}

Standing Register::standing(const std::string& id, std::int64_t now_s, Clock clock) const noexcept {
  const Entry* const known = entry(id);
  const GrantFile* const file = grant(id);
  Standing out{now_s, clock, Life::live, {0, 0}};
  if (known == nullptr || file == nullptr) return out;
  if (known->revocation.when_s != 0) out.life = Life::revoked;
  const Quota& all = file->grant.quota;
  out.left = {left_of(all.sessions, known->given.sessions), left_of(all.bytes, known->given.bytes)};
  return out;
}

}  // namespace pellucid::keys
