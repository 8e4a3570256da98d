// ReplayAudit: the audit log of a replay (`run --audit FILE`), kept as the daemon keeps its own. Where it cannot be kept,
// nothing is opened. Made and ended by main's thread; workers ask writes(), the exporter's thread writes into log().
#pragma once
#include <memory>

#include "app/audit_log.h"
#include "app/exit.h"
#include "lib/export/eve_decrypt.h"
#include "lib/keeper/warrants.h"

namespace pellucid::app {

class ReplayAudit {
 public:
  // FILE is made where it is not there, else it is gone on with; its key and what proofs take lie in FILE.d.
  void open(const std::string& file);
  bool writes() const { return log_ != nullptr && log_->state().problem.empty(); }
  AuditLog* log() const noexcept { return log_.get(); }  // null: it could not be opened
  // Nothing is added any more. False: it is not what it should be; one line in `problem`, and the exit code.
  bool close(std::string_view why, std::string& problem, int& code);

  void note(std::string_view action, std::string_view object, std::string_view reason) {
    if (log_ != nullptr) log_->note({kSelf, "", action, object, "done", reason});
  }

 private:
  static constexpr const char* kSelf = "pellucid run";
  std::unique_ptr<AuditLog> log_;
  std::string problem_;
};

// Warrants that are written down before they count. The keeper's thread.
class Witnessed final : public keeper::Warrants {
 public:
  // `names`: of grants, by their numbers; both outlive this.
  Witnessed(std::unique_ptr<keeper::Warrants> warrants, ReplayAudit& audit, const exporter::GrantNames& names)
      : warrants_(std::move(warrants)), audit_(audit), names_(names) {}

  keys::Reason ask(const keys::Session& session, keys::Terms& terms) override;
  keys::Reason begin(const keys::Session& session, keys::Terms& terms) override;
  void more(keys::Terms& terms) override { warrants_->more(terms); }
  void give_back(const keys::Terms& terms, std::uint64_t unused) override { warrants_->give_back(terms, unused); }
  keys::Reason still(const keys::Terms& terms) override;
  bool allows_annex_a() const override { return warrants_->allows_annex_a(); }

 private:
  std::unique_ptr<keeper::Warrants> warrants_;
  ReplayAudit& audit_;
  const exporter::GrantNames& names_;
};

}  // namespace pellucid::app
