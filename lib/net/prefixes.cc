#include "lib/net/prefixes.h"

#include <algorithm>

namespace pellucid::net {

void Prefixes::Spans::begin(Wide start, std::uint32_t node) {
  if (!starts.empty() && starts.back() == start) {
    nodes.back() = node;
    return;
  }
  starts.push_back(start);
  nodes.push_back(node);
}

// Ends the open networks that lie wholly before `next` (null: all); behind each the one around it goes on.
void Prefixes::close_before(std::vector<Open>& open, Spans& spans, const Wide* next) {
  while (!open.empty() && (next == nullptr || open.back().last < *next)) {
    const Wide last = open.back().last;
    open.pop_back();
    if (last != ~Wide{0}) spans.begin(last + 1, open.empty() ? kNoNode : open.back().node);
  }
}

void Prefixes::build(Sets& sets) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& x, const Entry& y) {
    const auto rank = [](const Entry& e) { return std::tuple(e.network.family, e.network.first, e.network.bits, e.rule); };
    return rank(x) < rank(y);
  });
  for (Spans& spans : spans_) spans.begin(0, kNoNode);
  std::vector<Open> open;
  for (std::size_t i = 0; i < entries_.size();) {
    const Network& n = entries_[i].network;
    std::vector<RuleAt> rules;
    std::size_t end = i;
    for (; end < entries_.size() && entries_[end].network == n; ++end) {
      if (rules.empty() || rules.back() != entries_[end].rule) rules.push_back(entries_[end].rule);
    }
    Spans& spans = spans_[n.family == 6 ? 1 : 0];
    if (i != 0 && entries_[i - 1].network.family != n.family) close_before(open, spans_[0], nullptr);
    close_before(open, spans, &n.first);
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({sets.keep(rules), open.empty() ? kNoNode : open.back().node});
    spans.begin(n.first, node);
    open.push_back({n.bits == 128 ? n.first : n.first | ~Wide{0} >> n.bits, node});
    i = end;
  }
  close_before(open, spans_[!entries_.empty() && entries_.back().network.family == 6 ? 1 : 0], nullptr);
  entries_ = {};
}

void Prefixes::mark(const Sets& sets, std::uint8_t family, const std::uint8_t* address, std::uint64_t* bits) const noexcept {
  const Spans& spans = spans_[family == 6 ? 1 : 0];
  const auto above = std::upper_bound(spans.starts.begin(), spans.starts.end(), wide_of(address));
  std::uint32_t node = spans.nodes[static_cast<std::size_t>(above - spans.starts.begin()) - 1];
  for (; node != kNoNode; node = nodes_[node].parent) sets.mark(nodes_[node].set, bits);
}

}  // namespace pellucid::net
