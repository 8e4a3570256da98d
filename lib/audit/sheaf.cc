#include "lib/audit/sheaf.h"

#include <algorithm>

namespace pellucid::audit {

bool Sheaf::add(std::string_view record, std::uint64_t ns) {
  if (full()) return false;
  if (leaves_.empty()) sessions_ = {{}, 0, ns, ns};
  sessions_.from_ns = std::min(sessions_.from_ns, ns);
  sessions_.until_ns = std::max(sessions_.until_ns, ns);
  leaves_.push_back(leaf_of(digests_, as_bytes(record)));
  return true;
}

Sessions Sheaf::sessions() const {
  Sessions out = sessions_;
  out.root = root_of(digests_, leaves_);
  out.count = leaves_.size();
  return out;
}

}  // namespace pellucid::audit
