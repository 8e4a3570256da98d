// Api: the control API on the daemon's desk, its policies and grants; and Scrape, what Prometheus and health probes ask. They
// say who may do what, read what callers send and write JSON; routes.h has the table, docs/API.md and conf/openapi.yaml
// describe it, and tests hold them against it. Called by the control servers' threads.
#pragma once
#include <mutex>

#include "app/audit_log.h"
#include "app/daemon/desk.h"
#include "app/daemon/grants.h"
#include "app/daemon/key_desk.h"
#include "app/daemon/policies.h"
#include "app/daemon/roles.h"
#include "lib/engine/verbs.h"

namespace pellucid::app {

inline constexpr std::size_t kMaxRequestBody = 2 * kMaxPolicyText;  // JSON writes some octets as two or more

struct Turnstile {  // one caller at a time asks the desk
  Desk& desk;
  Policies& policies;
  Grants& grants;
  KeyDesk& keys;
  AuditLog& audit;
  std::timed_mutex one{};
};

class Api final : public engine::Verbs {
 public:
  Api(Turnstile& turnstile, RoleTable roles) : turnstile_(turnstile), roles_(std::move(roles)) {}

  engine::Reply admit(const engine::Request& head) override;
  engine::Reply answer(const engine::Request& request) override;
  engine::Reply refuse(int status, std::string_view reason) override;

 private:
  Turnstile& turnstile_;
  RoleTable roles_;
};

class Scrape final : public engine::Verbs {  // of anyone whom the listener lets in
 public:
  explicit Scrape(Turnstile& turnstile) : turnstile_(turnstile) {}

  engine::Reply admit(const engine::Request& head) override;
  engine::Reply answer(const engine::Request& request) override;
  engine::Reply refuse(int status, std::string_view reason) override;

 private:
  Turnstile& turnstile_;
};

}  // namespace pellucid::app
