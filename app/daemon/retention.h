// Retention: files of delivered plaintext go when the grant that they were made under says so: so long after they were last
// written (`retention`), or at a time (`process_until`). Owned by the control side; its thread calls.
#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "app/audit_log.h"
#include "app/daemon/grants.h"

namespace pellucid::app {

class Retention {
 public:
  Retention(std::string folder, Grants& grants, AuditLog& audit) : folder_(std::move(folder)), grants_(grants), audit_(audit) {}

  void tick(std::int64_t now_s);  // once a second; it looks every few of them

 private:
  const std::string folder_;
  Grants& grants_;
  AuditLog& audit_;
  std::int64_t looked_s_ = 0;
  std::set<std::string> refused_;  // files that could not be deleted, which was said
};

// The id of the grant by which a delivery is named: GRANT-1.pcapng, GRANT-1.pcapng.p7m. Empty: it is no delivery.
std::string grant_of_delivery(const std::string& file);

}  // namespace pellucid::app
