#include "app/cli/replay_audit.h"

namespace pellucid::app {

using keys::Reason;

void ReplayAudit::open(const std::string& file) {
  log_ = AuditLog::open({file + ".d", file, kSelf, AuditLog::Pace::capture}, problem_);
  if (log_ == nullptr) problem_ = "the audit log cannot be written: " + problem_;
}

bool ReplayAudit::close(std::string_view why, std::string& problem, int& code) {
  if (log_ != nullptr) {
    const audit::Event stop{kSelf, "", "stop", "pellucid " PELLUCID_VERSION, "done", why};
    log_->close(&stop);
    const AuditLog::State state = log_->state();
    problem_ = state.problem;
    code = state.health == AuditLog::Health::broken ? kBroken : kFailed;
  } else {
    code = kFailed;
  }
  if (problem_.empty()) return true;
  problem = problem_ + "; nothing is opened without it";
  return false;
}

// Asked first for the handshake's keys, when nothing is written down yet: a log that cannot be written shall not get so far.
Reason Witnessed::ask(const keys::Session& session, keys::Terms& terms) {
  return audit_.writes() ? warrants_->ask(session, terms) : Reason::unwitnessed;
}

Reason Witnessed::begin(const keys::Session& session, keys::Terms& terms) {
  if (!audit_.writes()) return Reason::unwitnessed;
  const Reason reason = warrants_->begin(session, terms);
  if (reason != Reason::none) return reason;
  audit_.note("session_open", terms.grant < names_.size() ? names_[terms.grant].id : "lab", {});
  return audit_.writes() ? Reason::none : Reason::unwitnessed;
}

Reason Witnessed::still(const keys::Terms& terms) { return audit_.writes() ? warrants_->still(terms) : Reason::unwitnessed; }

}  // namespace pellucid::app
