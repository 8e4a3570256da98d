// Guard: what nobody may look into unless a grant lifts it: the `protect` of the policy in force, asked before any key is used
// and again when the certificate is read. Implemented by whoever has the policy; called by the keeper's thread.
#pragma once
#include "lib/keys/judge.h"

namespace pellucid::keeper {

class Guard {
 public:
  virtual ~Guard() = default;
  // Entries that hold for the session by this one of its names, added to `out` as net::as_written() has them.
  virtual void protections(const keys::Session& session, std::string_view name, std::vector<std::string>& out) = 0;
};

}  // namespace pellucid::keeper
