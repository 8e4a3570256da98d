#include "app/daemon/grants.h"

#include <algorithm>

namespace pellucid::app {

namespace {

using Result = Grants::Result;
using Refusal = Grants::Refusal;

keys::SetFile file_of(const OpenedSet& o, std::string text) { return {o.set, o.document, std::move(text), o.digest}; }
keys::GrantFile file_of(const OpenedGrant& o, std::string text) { return {o.grant, o.document, std::move(text), o.digest}; }

}  // namespace

void Grants::start(std::uint64_t least_writes) {
  const std::scoped_lock lock(mutex_);
  std::string problem;
  open_ = register_.open(least_writes, problem) && resume(problem);
  if (!open_) problems_.push_back("no grant is used: " + problem);
}

bool Grants::resume(std::string& problem) {
  if (register_.ledger().set.empty()) return true;
  std::string text;
  if (!register_.read_set(text, problem)) {
    if (problem.empty()) problem = "the authority set is missing in the state folder; restore the newest copy";
    return false;
  }
  OpenedSet opened;
  if (!open_set(text, "the authority set on disk", now(), opened, problem)) return false;
  if (!register_.resume_set(file_of(opened, std::move(text)), problem)) return false;
  set_ = std::move(opened);
  resume_grants();
  return true;
}

// Each by itself: one that cannot be used takes no other with it.
void Grants::resume_grants() {
  problems_.clear();
  for (const keys::Entry& e : register_.ledger().grants) {
    std::string text, problem;
    OpenedGrant opened;
    const bool good = register_.read_grant(e, text, problem) &&
                      open_grant(text, "the grant on disk", set_->set, now(), opened, problem) &&
                      register_.resume_grant(file_of(opened, std::move(text)), problem);
    if (problem.empty()) problem = "its text is missing in the state folder";
    if (!good) problems_.push_back("the grant " + e.id + " is not used: " + problem);
  }
}

bool Grants::usable(Result& result) const {
  if (open_) return true;
  result = {Refusal::failed, problems_.empty() ? "grants were not read yet" : problems_.front(), {}};
  return false;
}

Result Grants::import_set(const Upload& upload) {
  const std::scoped_lock lock(mutex_);
  Result out;
  if (!usable(out)) return out;
  OpenedSet opened;
  if (!open_set(upload.text, upload.file, now(), opened, out.problem)) return {Refusal::invalid, out.problem, {}};
  OpenedSet judged = opened;
  if (set_ && !judge_set(upload.text, upload.file, set_->set, now(), judged, out.problem)) {
    return {Refusal::invalid, out.problem, {}};
  }
  if (!register_.import_set(file_of(judged, upload.text), out.problem)) return {Refusal::denied, out.problem, {}};
  out.id = opened.set.id;
  set_ = std::move(opened);
  resume_grants();
  return out;
}

Result Grants::import_grant(const Upload& upload) {
  const std::scoped_lock lock(mutex_);
  Result out;
  if (!usable(out)) return out;
  if (!set_) return {Refusal::denied, "no authority set is pinned; import one first", {}};
  OpenedGrant opened;
  if (!open_grant(upload.text, upload.file, set_->set, now(), opened, out.problem)) {
    return {Refusal::invalid, out.problem, {}};
  }
  if (!register_.import_grant(file_of(opened, upload.text), now(), out.problem)) return {Refusal::denied, out.problem, {}};
  out.id = opened.grant.id;
  return out;
}

Result Grants::revoke(const std::string& id, const std::string& why) {
  const std::scoped_lock lock(mutex_);
  Result out;
  if (!usable(out)) return out;
  if (!keys::good_id(id)) return {Refusal::invalid, "this is no id of a grant; see grant list", {}};
  if (!register_.revoke(id, {now(), why}, out.problem)) return {Refusal::failed, out.problem, {}};
  out.id = id;
  return out;
}

std::optional<OpenedSet> Grants::set() const {
  const std::scoped_lock lock(mutex_);
  return set_;
}

GrantView Grants::view(const keys::Entry& entry) {
  GrantView out;
  out.entry = entry;
  out.standing = register_.standing(entry.id, now(), register_.note(now()));
  const keys::GrantFile* const file = register_.grant(entry.id);
  if (file != nullptr) out.opened = OpenedGrant{file->grant, file->document, file->digest};
  if (const keys::Judge* const judge = register_.judge(entry.id)) out.reason = judge->live(out.standing);
  return out;
}

Grants::Mark Grants::mark() const {
  const std::scoped_lock lock(mutex_);
  return {set_ ? set_->digest : std::string(), register_.ledger().writes};
}

std::vector<GrantView> Grants::list() {
  const std::scoped_lock lock(mutex_);
  std::vector<GrantView> out;
  const std::vector<keys::Entry> entries = register_.ledger().grants;
  for (const keys::Entry& e : entries) out.push_back(view(e));
  return out;
}

Grants::Outlook Grants::outlook() {
  const std::scoped_lock lock(mutex_);
  Outlook out;
  if (set_) {
    out.set = set_->digest;
    out.generation = set_->set.generation;
  }
  for (const keys::Entry& e : register_.ledger().grants) {
    const keys::Judge* const judge = register_.judge(e.id);
    if (judge != nullptr && judge->live(standing(register_, e.id)) == keys::Reason::none) ++out.live;
    out.ends.emplace_back(e.id, e.not_after_s);
  }
  if (!open_) {
    out.problem = problems_.empty() ? "grants were not read yet" : problems_.front();
  } else if (!set_) {
    out.problem = "no authority set is pinned";
  } else if (register_.note(now()) == keys::Clock::doubtful) {
    out.problem = "the clock is behind what it has shown before";
  } else if (out.live == 0) {
    out.problem = "no grant is live";
  }
  return out;
}

std::optional<GrantView> Grants::find(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const std::vector<keys::Entry> entries = register_.ledger().grants;
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const keys::Entry& e) { return e.id == id; });
  return at == entries.end() ? std::nullopt : std::optional(view(*at));
}

void Grants::tick() {
  const std::scoped_lock lock(mutex_);
  if (open_ && set_) register_.note(now());
}

std::vector<std::string> Grants::problems() const {
  const std::scoped_lock lock(mutex_);
  return problems_;
}

}  // namespace pellucid::app
