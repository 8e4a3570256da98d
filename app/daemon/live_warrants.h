// LiveWarrants: what the keeper may open under the grants that the daemon knows, at this moment: the clock, revocations, quotas
// in slices that are reserved on disk before use, and an audit entry for each session before it is opened. The keeper's thread;
// names() is for any.
#pragma once
#include <map>
#include <memory>

#include "app/audit_log.h"
#include "app/daemon/grants.h"
#include "app/deliveries.h"
#include "lib/export/eve_decrypt.h"
#include "lib/keeper/warrants.h"

namespace pellucid::app {

class LiveWarrants final : public keeper::Warrants {
 public:
  static constexpr std::uint64_t kSlice = 256;             // sessions that are reserved at once
  static constexpr std::uint64_t kSliceBytes = 64u << 20;  // … and octets

  LiveWarrants(Grants& grants, AuditLog& audit) : grants_(grants), audit_(audit) {}

  keys::Reason ask(const keys::Session& session, keys::Terms& terms) override;
  keys::Reason begin(const keys::Session& session, keys::Terms& terms) override;
  void more(keys::Terms& terms) override;
  void give_back(const keys::Terms& terms, std::uint64_t unused) override;
  keys::Reason still(const keys::Terms& terms) override;
  bool allows_annex_a() const override;

  // Grants by the numbers that records bear, and to whom each gives content; a number keeps its grant for as long as the daemon
  // runs.
  struct Known {
    exporter::GrantNames names;
    std::vector<std::optional<pcapng::Delivery>> deliveries;
  };
  std::shared_ptr<const Known> known() const;

 private:
  keys::Standing standing(keys::Register& reg, const std::string& id) const;  // what slices hold counts as left
  void share(keys::Register& reg, const std::string& id, keys::Terms& terms);
  std::uint16_t number_of(const keys::Grant& grant);
  std::string id_of(std::uint16_t number) const;
  bool written_down() const { return audit_.state().problem.empty(); }

  Grants& grants_;
  AuditLog& audit_;
  std::map<std::string, keys::Quota> slices_;  // reserved, not yet used
  mutable std::mutex naming_;
  std::shared_ptr<const Known> known_ = std::make_shared<Known>();
};

}  // namespace pellucid::app
