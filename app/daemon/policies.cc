#include "app/daemon/policies.h"

#include <algorithm>
#include <charconv>

namespace pellucid::app {

namespace {

constexpr const char* kIndex = "history.json";
constexpr const char* kSpoiled = "history.json.spoiled";
constexpr std::size_t kMaxIndex = 16u << 20;

std::string name_of(std::uint64_t generation) { return std::to_string(generation) + ".yaml"; }

// 0: the name is none of ours.
std::uint64_t generation_of(const std::string& name) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), n);
  return error == std::errc() && name_of(n) == name ? n : 0;
}

}  // namespace

void Policies::note(std::string problem) {
  constexpr std::size_t kMost = 16;
  if (problems_.size() < kMost) problems_.push_back(std::move(problem));
}

std::uint64_t Policies::next() const { return revisions_.empty() ? 1 : revisions_.back().generation + 1; }

const Revision* Policies::find(std::uint64_t generation) const {
  const auto at = std::ranges::lower_bound(revisions_, generation, {}, &Revision::generation);
  return at != revisions_.end() && at->generation == generation ? &*at : nullptr;
}

bool Policies::read_text(std::uint64_t generation, std::string& text) const {
  std::string ignored;
  return find(generation) != nullptr && shelf_.read(name_of(generation), kMaxPolicyText, text, ignored);
}

// A history that cannot be read is made anew from the texts beside it; what it said is kept for a person to look at.
void Policies::read_index() {
  std::string text, problem;
  Revisions found;
  const bool there = shelf_.read(kIndex, kMaxIndex, text, problem);
  if (!there && problem.empty()) {
    problem = shelf_.names().empty() ? "" : "the history of policies is not there: who applied them is no longer known";
  } else if (there && !read_revisions(text, found)) {
    problem =
        "the history of policies cannot be read: who applied them is no longer known; it is kept as " + std::string(kSpoiled);
    std::string ignored;
    shelf_.write(kSpoiled, text, ignored);
  }
  if (!problem.empty()) {
    note(problem);
    for (const std::string& name : shelf_.names()) {
      if (const std::uint64_t n = generation_of(name)) found.list.push_back({n, 0, "apply", "", "", "policy.yaml", 0, 0});
    }
    std::ranges::sort(found.list, {}, &Revision::generation);
    if (found.list.size() > kMaxRevisions) {
      found.list.erase(found.list.begin(), found.list.end() - static_cast<std::ptrdiff_t>(kMaxRevisions));
    }
  }
  revisions_ = std::move(found.list);
  pending_ = found.pending;
}

// What lies in the folder and is not ours is left alone, and said. A text with the next number is no stranger: its daemon ended
// before it could publish it, and the next change takes its place.
void Policies::check_files() {
  for (const std::string& name : shelf_.names()) {
    if (name == kIndex || name == kSpoiled) continue;
    const std::uint64_t n = generation_of(name);
    if (n == next() || find(n) != nullptr) continue;
    note("a file that is not ours lies among the policies: " + name);
  }
}

// Publishes what was live, or the newest before it that can still be used.
bool Policies::revive() {
  for (std::size_t i = revisions_.size(); i-- > 0;) {
    const Revision& r = revisions_[i];
    std::string text, problem;
    if (!read_text(r.generation, text)) {
      note("policy " + std::to_string(r.generation) + " is no longer on disk");
      continue;
    }
    const bool newest = i + 1 == revisions_.size();
    std::shared_ptr<const PolicyMaker::Program> program = maker_.compile(text, r.file, newest ? r.generation : next(), problem);
    if (program == nullptr) {
      note("policy " + std::to_string(r.generation) + " can no longer be used: " + problem);
      continue;
    }
    if (!newest) {
      Revision again{next(), clock_(),     "rollback", "pellucidd", "the policy that was live cannot be used",
                     r.file, r.generation, 0};
      const Result done = make_live(std::move(again), text, program, std::nullopt);
      if (done.refusal == Refusal::none) return true;
      note(done.problem);  // an appliance without a policy would be worse than one whose history cannot be written
    }
    program_ = std::move(program);
    maker_.publish(program_);
    return true;
  }
  return false;
}

bool Policies::start(const std::string& first_text, const std::string& first_file, std::string& problem) {
  const std::lock_guard lock(mutex_);
  read_index();
  check_files();
  if (!revive()) {
    auto program = maker_.compile(first_text, first_file, next(), problem);
    if (program == nullptr) return false;
    Revision first{next(), clock_(), "first", "pellucidd", "", first_file, 0, 0};
    const Result done = make_live(std::move(first), first_text, std::move(program), std::nullopt);
    if (done.refusal != Refusal::none) {
      problem = done.problem;
      return false;
    }
  }
  if (pending_ && find(pending_->previous) == nullptr) pending_.reset();
  if (pending_ && clock_() >= pending_->deadline_s) {
    const Result back = go_back(pending_->previous, {"pellucidd", "not confirmed in time"}, "expired");
    if (back.refusal != Refusal::none) note(back.problem);
  }
  return true;
}

Policies::Result Policies::refuse(Refusal refusal, std::string problem) const {
  Result r;
  r.refusal = refusal;
  r.problem = std::move(problem);
  r.generation = revisions_.empty() ? 0 : revisions_.back().generation;
  r.pending = pending_;
  return r;
}

// The text first, then the history that names it, then the workers: whoever reads the disk after a crash finds a whole policy.
Policies::Result Policies::make_live(Revision revision, const std::string& text,
                                     std::shared_ptr<const PolicyMaker::Program> program, std::optional<Pending> pending) {
  std::string problem;
  revision.bytes = text.size();
  const std::uint64_t generation = revision.generation;
  if (!shelf_.write(name_of(generation), text, problem)) return refuse(Refusal::failed, problem);
  Revisions now{revisions_, pending};
  now.list.push_back(std::move(revision));
  if (now.list.size() > kMaxRevisions) now.list.erase(now.list.begin());
  if (!shelf_.write(kIndex, write_revisions(now), problem)) {
    shelf_.drop(name_of(generation));
    return refuse(Refusal::failed, problem);
  }
  if (!revisions_.empty() && revisions_.front().generation != now.list.front().generation) {
    shelf_.drop(name_of(revisions_.front().generation));
  }
  revisions_ = std::move(now.list);
  pending_ = pending;
  program_ = std::move(program);
  Result r = refuse(Refusal::none, "");
  r.published = maker_.publish(program_);
  forget_old();
  return r;
}

// Keeps the texts within their bound. The history forgets with its next change; until then such a text is reported as gone.
void Policies::forget_old() {
  std::uint64_t bytes = 0;
  for (const Revision& r : revisions_) bytes += r.bytes;
  std::size_t gone = 0;
  const auto needed = [this](const Revision& r) { return pending_ && pending_->previous == r.generation; };
  while (bytes > kMaxRevisionBytes && gone + 2 < revisions_.size() && !needed(revisions_[gone])) {
    bytes -= revisions_[gone].bytes;
    shelf_.drop(name_of(revisions_[gone].generation));
    ++gone;
  }
  revisions_.erase(revisions_.begin(), revisions_.begin() + static_cast<std::ptrdiff_t>(gone));
}

std::unique_ptr<PolicyMaker::Program> Policies::compile(const Proposal& proposal, Preview& preview) {
  const std::uint64_t live = revisions_.back().generation;
  preview.generation = live;
  if (proposal.expect_generation && *proposal.expect_generation != live) {
    preview.refusal = Refusal::conflict;
    preview.problem = "generation " + std::to_string(live) + " is live, not " + std::to_string(*proposal.expect_generation) +
                      ": somebody changed the policy meanwhile; see policy history, policy diff";
    return nullptr;
  }
  if (proposal.text.size() > kMaxPolicyText) {
    preview.refusal = Refusal::invalid;
    preview.problem =
        proposal.file + ": larger than " + std::to_string(kMaxPolicyText) + " octets; put names and networks together";
    return nullptr;
  }
  auto program = maker_.compile(proposal.text, proposal.file, next(), preview.problem);
  if (program == nullptr) preview.refusal = Refusal::invalid;
  return program;
}

Policies::Preview Policies::preview(const Proposal& proposal) {
  const std::lock_guard lock(mutex_);
  Preview p;
  const auto program = compile(proposal, p);
  if (program == nullptr) return p;
  p.changes = maker_.compare(*program_, *program);
  p.impact = maker_.impact(*program);
  return p;
}

Policies::Result Policies::apply(const Proposal& proposal) {
  const std::lock_guard lock(mutex_);
  if (pending_) {
    return refuse(Refusal::pending, "generation " + std::to_string(revisions_.back().generation) +
                                        " waits to be confirmed; first: pellucid policy confirm, or pellucid policy rollback");
  }
  Preview p;
  auto program = compile(proposal, p);
  if (program == nullptr) return refuse(p.refusal, p.problem);
  std::optional<Pending> pending;
  if (proposal.confirm_s != 0)
    pending = Pending{revisions_.back().generation, clock_() + std::min(proposal.confirm_s, kMaxConfirm)};
  Revision r{next(), clock_(), "apply", proposal.author.name, proposal.author.message, proposal.file, 0, 0};
  return make_live(std::move(r), proposal.text, std::move(program), pending);
}

Policies::Result Policies::confirm() {
  const std::lock_guard lock(mutex_);
  if (!pending_) return refuse(Refusal::conflict, "nothing waits to be confirmed; see policy history");
  std::string problem;
  if (!shelf_.write(kIndex, write_revisions({revisions_, std::nullopt}), problem)) return refuse(Refusal::failed, problem);
  pending_.reset();
  return refuse(Refusal::none, "");
}

Policies::Result Policies::go_back(std::uint64_t to, const Author& author, const char* kind) {
  const Revision* target = find(to);
  std::string text, problem;
  if (target == nullptr || !read_text(to, text)) {
    return refuse(Refusal::missing, "there is no policy " + std::to_string(to) + "; see policy history");
  }
  auto program = maker_.compile(text, target->file, next(), problem);
  if (program == nullptr) return refuse(Refusal::invalid, problem);
  return make_live({next(), clock_(), kind, author.name, author.message, target->file, to, 0}, text, std::move(program),
                   std::nullopt);
}

Policies::Result Policies::roll_back(std::optional<std::uint64_t> to, const Author& author) {
  const std::lock_guard lock(mutex_);
  if (!to && pending_) to = pending_->previous;
  if (!to && revisions_.size() >= 2) to = revisions_[revisions_.size() - 2].generation;
  if (!to) return refuse(Refusal::missing, "no policy was live before this one");
  return go_back(*to, author, "rollback");
}

Policies::State Policies::state() const {
  const std::lock_guard lock(mutex_);
  return {revisions_.back(), pending_, problems_};
}

std::vector<Revision> Policies::history() const {
  const std::lock_guard lock(mutex_);
  return {revisions_.rbegin(), revisions_.rend()};
}

std::optional<std::string> Policies::text(std::uint64_t generation, Revision& revision) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  if (!read_text(generation, out)) return std::nullopt;
  revision = *find(generation);
  return out;
}

void Policies::tick() {
  const std::lock_guard lock(mutex_);
  if (!pending_ || clock_() < pending_->deadline_s) return;
  const Result back = go_back(pending_->previous, {"pellucidd", "not confirmed in time"}, "expired");
  // What comes back must be what the disk says after a restart, so a disk that is full is tried again at the next tick.
  if (back.refusal != Refusal::none && (problems_.empty() || problems_.back() != back.problem)) note(back.problem);
}

}  // namespace pellucid::app
