#include "lib/policy/build.h"

#include <algorithm>

#include "lib/base/check.h"

namespace pellucid::policy {

namespace {

constexpr unsigned index(Test t) noexcept { return static_cast<unsigned>(t); }
constexpr std::uint64_t bit(net::RuleAt rule) noexcept { return std::uint64_t{1} << rule % net::kWord; }

}  // namespace

void Builder::bind(Test test, net::RuleAt rule) {
  p_.active_ |= 1u << index(test);
  p_.free_[index(test)][rule / net::kWord] &= ~bit(rule);
}

void Builder::add_networks(Test test, const std::vector<net::Network>& networks, net::RuleAt rule) {
  if (networks.empty()) return;
  bind(test, rule);
  for (const net::Network& n : networks) p_.networks_[index(test) - index(Test::networks)].add(n, rule);
}

void Builder::add_names(const std::vector<std::string>& names, net::RuleAt rule) {
  if (names.empty()) return;
  bind(Test::names, rule);
  for (const std::string& n : names) p_.names_.add(n, rule);
}

void Builder::add_ports(Test test, const std::vector<net::PortRange>& ports, net::RuleAt rule) {
  if (ports.empty()) return;
  bind(test, rule);
  for (const net::PortRange& p : ports) ports_[index(test) - index(Test::ports)].emplace_back(p, rule);
}

template <class T>
void Builder::add_values(Test test, ByValue& to, const std::vector<T>& values, net::RuleAt rule) {
  if (values.empty()) return;
  bind(test, rule);
  for (const T v : values) to[v].push_back(rule);
}

void Builder::add_protocols(const Match& m, net::RuleAt rule) {
  add_values(Test::protocols, transports_, m.transports, rule);
  if (m.content == 0) return;
  bind(Test::protocols, rule);
  p_.by_content_[rule / net::kWord] |= bit(rule);
  for (unsigned i = 0; i < kContentBits; ++i) {
    if ((m.content >> i & 1) != 0) content_[i].push_back(rule);
  }
}

void Builder::add_rule(const Match& m, net::RuleAt rule) {
  add_networks(Test::networks, m.networks, rule);
  add_networks(Test::client_networks, m.client_networks, rule);
  add_networks(Test::server_networks, m.server_networks, rule);
  add_ports(Test::ports, m.ports, rule);
  add_ports(Test::client_ports, m.client_ports, rule);
  add_ports(Test::server_ports, m.server_ports, rule);
  add_values(Test::vlan, vlan_, m.vlan, rule);
  add_values(Test::vni, vni_, m.vni, rule);
  add_protocols(m, rule);
  add_names(m.names, rule);
  add_values(Test::applications, applications_, m.applications, rule);
  add_values(Test::categories, categories_, m.categories, rule);
  if (m.interface.empty()) return;
  bind(Test::interface, rule);
  if (context_.interfaces == nullptr) return;
  for (std::uint32_t i = 0; i < context_.interfaces->size(); ++i) {
    const std::string& name = (*context_.interfaces)[i];
    if (std::find(m.interface.begin(), m.interface.end(), name) != m.interface.end()) interface_[i].push_back(rule);
  }
}

// Each list of `protect` is a rule with this one condition, so that any of them protects.
void Builder::add_protect() {
  const Match& m = rules_.protect;
  protect_[0].networks = m.networks;
  protect_[1].names = m.names;
  protect_[2].applications = m.applications;
  protect_[3].categories = m.categories;
  for (net::RuleAt i = 0; i < kProtectBits; ++i) {
    if (protect_[i] == Match{}) continue;
    p_.all_[0] |= bit(i);
    add_rule(protect_[i], i);
  }
}

void Builder::add_outcome(const Rule& rule) {
  const auto at = static_cast<net::RuleAt>(kProtectBits + p_.outcomes_.size());
  p_.outcomes_.push_back({rule.name, rule.level, rule.sample, rule.wish});
  p_.most_ = std::max(p_.most_, rule.level);
  p_.all_[at / net::kWord] |= bit(at);
  if (rule.wish.open_handshake) p_.peeking_[at / net::kWord] |= bit(at);
  if (rule.sample > 1) {
    p_.sampled_[at / net::kWord] |= bit(at);
  } else {
    p_.of_level_[static_cast<std::size_t>(rule.level)][at / net::kWord] |= bit(at);
  }
}

std::vector<net::SetAt> Builder::table(const ByValue& values, std::size_t least) {
  std::vector<net::SetAt> out(std::max<std::size_t>(least, values.empty() ? 0 : values.rbegin()->first + 1));
  for (const auto& [value, rules] : values) out[value] = p_.sets_.keep(rules);
  return out;
}

// From port to port the set of rules changes only where a range begins or ends.
void Builder::build_ports(unsigned which) {
  constexpr std::uint32_t kPorts = 65536;
  PortEntries& entries = ports_[which];
  if (entries.empty()) return;
  std::map<std::uint32_t, std::vector<std::pair<net::RuleAt, int>>> changes;
  for (const auto& [range, rule] : entries) {
    changes[range.from].emplace_back(rule, 1);
    changes[range.to + 1u].emplace_back(rule, -1);
  }
  std::vector<net::SetAt>& out = p_.ports_[which];
  out.resize(kPorts);
  std::map<net::RuleAt, int> open;
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    for (const auto& [rule, by] : at->second) {
      if ((open[rule] += by) == 0) open.erase(rule);
    }
    std::vector<net::RuleAt> rules;
    for (const auto& [rule, times] : open) rules.push_back(rule);
    const auto next = std::next(at);
    const std::uint32_t end = next == changes.end() ? kPorts : next->first;
    if (at->first < kPorts) std::fill(out.begin() + at->first, out.begin() + end, p_.sets_.keep(rules));
  }
}

void Builder::build() {
  CHECK(rules_.rules.size() <= kMaxRules);
  for (auto& bits : p_.free_) bits.assign(p_.words_, ~std::uint64_t{0});
  for (auto& bits : p_.of_level_) bits.resize(p_.words_);
  for (auto* bits : {&p_.by_content_, &p_.sampled_, &p_.peeking_, &p_.all_}) bits->resize(p_.words_);
  add_protect();
  for (const Rule& rule : rules_.rules) {
    add_rule(rule.match, static_cast<net::RuleAt>(kProtectBits + p_.outcomes_.size()));
    add_outcome(rule);
  }
  add_outcome(rules_.fallback);
  for (net::Prefixes& n : p_.networks_) n.build(p_.sets_);
  for (unsigned i = 0; i < 3; ++i) build_ports(i);
  for (unsigned i = 0; i < kContentBits; ++i) p_.content_[i] = p_.sets_.keep(content_[i]);
  p_.vlan_ = table(vlan_, 4096);
  p_.transport_ = table(transports_, 256);
  p_.interface_ = table(interface_, 0);
  p_.applications_ = table(applications_, 0);
  p_.categories_ = table(categories_, 0);
  for (const auto& [vni, rules] : vni_) p_.vni_.emplace_back(vni, p_.sets_.keep(rules));
  p_.names_.build(p_.sets_);
  p_.sets_.built();
}

}  // namespace pellucid::policy
