#include "app/guard.h"

#include <algorithm>

namespace pellucid::app {

void PolicyGuard::protections(const keys::Session& session, std::string_view name, std::vector<std::string>& out) {
  if (program_ == nullptr) return;
  net::Key key{};
  std::ranges::copy(session.client, key.a);
  std::ranges::copy(session.server, key.b);
  key.family = session.family;
  key.proto = net::kProtoTcp;
  policy::Facts facts;
  facts.key = &key;
  facts.name_known = policy::Known::settled;
  facts.name = name;
  facts.app_known = session.labels.known != 0 ? policy::Known::settled : policy::Known::not_yet;
  facts.master = session.labels.master;
  facts.app = session.labels.app;
  facts.category = session.labels.category;
  program_->protections(facts, *desk_, names_, out);
}

}  // namespace pellucid::app
