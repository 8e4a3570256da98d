#include "lib/export/collapse.h"

namespace pellucid::exporter {

std::uint64_t Collapse::count(const View& v) {
  if (v.head->kind != pellucid::exporter::Kind::decrypt) return 1;
  const DecryptBody& b = v.as<DecryptBody>();
  if (b.result != Outcome::refused) return 1;
  Key key{v.head->rule, {}, v.head->dport, b.terms.reason};
  std::memcpy(std::get<1>(key).data(), v.head->dst, sizeof v.head->dst);
  const auto known = kinds_.find(key);
  if (known == kinds_.end()) {
    if (kinds_.size() < kMaxKinds) kinds_[key] = {v.head->ts_ns, 0};
    return 1;
  }
  Kind& kind = known->second;
  if (v.head->ts_ns - kind.since_ns < kMinute || v.head->ts_ns < kind.since_ns) {
    ++kind.held;
    return 0;
  }
  const std::uint64_t n = kind.held + 1;
  kind = {v.head->ts_ns, 0};
  return n;
}

}  // namespace pellucid::exporter
