#include "lib/engine/census.h"

#include <algorithm>

#include "lib/engine/judge.h"
#include "lib/engine/label.h"

namespace pellucid::engine {

namespace {

bool lies_in(const net::Network& n, const net::Key& k, const std::uint8_t* address) noexcept {
  if (n.family != k.family) return false;
  return n.bits == 0 || ((net::wide_of(address) ^ n.first) >> (128 - n.bits)) == 0;
}

bool has_ports(const net::Key& k) noexcept {
  return k.proto == net::kProtoTcp || k.proto == net::kProtoUdp || k.proto == net::kProtoSctp;
}

}  // namespace

// Room for the longest answer is made here, so that neither side allocates while the worker writes.
Census::Census() {
  answer_.lines.resize(kMaxLines);
  answer_.apps.resize(kMaxApps + 1);
}

bool Census::ask(Question question) {
  if (!answered()) return false;
  question_ = question;
  answer_.flows = answer_.matched = answer_.changed = 0;
  answer_.lines.resize(kMaxLines);
  std::fill(answer_.apps.begin(), answer_.apps.end(), AppTotal{});
  lines_ = 0;
  next_ = 0;
  asked_.store(true, std::memory_order_release);
  return true;
}

bool Census::ask_flows(const FlowFilter& filter, std::size_t limit) {
  if (!answered()) return false;
  filter_ = filter;
  limit_ = std::min(limit, kMaxLines);
  return ask(Question::flows);
}

bool Census::ask_impact(std::shared_ptr<const policy::Program> candidate) {
  if (!answered()) return false;
  candidate_ = std::move(candidate);
  return ask(Question::impact);
}

void Census::look(State& s) noexcept {
  const unsigned most = question_ == Question::impact ? kMaxJudged : kMaxFlows;
  for (unsigned i = 0; i < most; ++i) {
    const std::uint32_t flow = s.table.next_live(next_);
    if (flow == kNone) {
      answer_.lines.resize(lines_);  // never longer than it was: nothing is allocated
      return asked_.store(false, std::memory_order_release);
    }
    see(s, flow);
    next_ = flow + 1;
  }
}

void Census::see(State& s, std::uint32_t flow) noexcept {
  ++answer_.flows;
  switch (question_) {
    case Question::flows:
      if (passes(s, flow)) add_line(s, flow);
      break;
    case Question::apps:
      add_total(s, flow);
      break;
    case Question::impact:
      answer_.changed += level_under(s, flow, *candidate_) != level_of(s.table.hot(flow)) ? 1 : 0;
      break;
  }
}

bool Census::passes(const State& s, std::uint32_t flow) const noexcept {
  const FlowFilter& f = filter_;
  const flow::Hot& h = s.table.hot(flow);
  const net::Key& k = h.key;
  if (f.flow_id != 0 && s.table.cold(flow).flow_id != f.flow_id) return false;
  if (f.proto < 256 && k.proto != f.proto) return false;
  if (f.port != 0 && (!has_ports(k) || (k.port_a != f.port && k.port_b != f.port))) return false;
  if (f.network.family != 0 && !lies_in(f.network, k, k.a) && !lies_in(f.network, k, k.b)) return false;
  if (f.level != 255 && static_cast<std::uint8_t>(level_of(h)) != f.level) return false;
  if (h.bytes[0] + h.bytes[1] < f.min_bytes) return false;
  if (f.app == classify::kUnknown) return true;
  const classify::Label label = shown_label(s, flow);
  return label.app == f.app || label.master == f.app;
}

void Census::add_line(const State& s, std::uint32_t flow) noexcept {
  ++answer_.matched;
  if (lines_ >= limit_) return;
  const flow::Hot& h = s.table.hot(flow);
  const flow::Cold& c = s.table.cold(flow);
  const bool reversed = (h.flags & flow::kFlowReversed) != 0;
  FlowLine& line = answer_.lines[lines_++];
  line.key = h.key;
  line.source = ((h.flags & flow::kFlowSwapped) != 0) != reversed ? Dir::down : Dir::up;
  line.level = level_of(h);
  line.tcp = h.tcp;
  line.flags = h.flags;
  line.iface = c.iface;
  line.label = shown_label(s, flow);
  line.generation = generation_of(s, h);
  line.flow_id = c.flow_id;
  for (unsigned d = 0; d < 2; ++d) {
    line.packets[d] = h.packets[reversed ? 1 - d : d];
    line.bytes[d] = h.bytes[reversed ? 1 - d : d];
  }
  line.first_ns = c.first_ns;
  line.last_ns = h.last_ns;
  const std::string_view name = line.level >= policy::Level::metadata ? name_of(s, flow) : std::string_view{};
  line.name_size = static_cast<std::uint8_t>(name.size());
  std::ranges::copy(name, line.name);  // an empty one has no octets to copy from
}

void Census::add_total(const State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const classify::Label label = shown_label(s, flow);
  AppTotal* total = &answer_.apps[kMaxApps];
  const std::size_t from = (label.master * 31u + label.app) * 0x9e37'79b9u >> 16;
  for (std::size_t i = 0; i < 16; ++i) {
    AppTotal& entry = answer_.apps[(from + i) % kMaxApps];
    if (entry.flows != 0 && (entry.master != label.master || entry.app != label.app)) continue;
    total = &entry;
    break;
  }
  total->master = label.master;
  total->app = label.app;
  total->category = label.category;
  ++total->flows;
  total->packets += h.packets[0] + h.packets[1];
  total->bytes += h.bytes[0] + h.bytes[1];
}

}  // namespace pellucid::engine
