// A Program against a plain evaluator that asks every rule in turn: random policies, random flows, any facts pending.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "lib/net/space.h"
#include "lib/policy/program.h"
#include "lib/policy/protocols.h"

namespace pellucid::policy {
namespace {

using Random = std::mt19937_64;
unsigned below(Random& r, unsigned n) { return static_cast<unsigned>(r() % n); }

const std::vector<std::string> kInterfaces{"p0", "p1", "p2"};
const std::vector<std::string> kNames{"a", "b.a", "c.b.a", "*.b.a", "*.a", "d", "e.d", "*.e.d"};

net::Network network(Random& r) {
  net::Network n;
  n.family = below(r, 3) == 0 ? 6 : 4;
  n.bits = static_cast<std::uint8_t>(below(r, n.family == 4 ? 33 : 129));
  if (below(r, 2) == 0) n.bits = static_cast<std::uint8_t>(n.bits % 9);
  const net::Wide any = net::Wide{r() & 0x0303'0303'0303'0303} << 64 | (r() & 0x0303'0303'0303'0303);
  n.first = n.family == 4 ? any >> 96 << 96 : any;
  n.first = n.bits == 0 ? 0 : n.first >> (128 - n.bits) << (128 - n.bits);
  return n;
}

template <class T, class F>
void fill(Random& r, std::vector<T>& list, F&& make) {
  if (below(r, 4) != 0) return;
  for (unsigned i = 0, n = 1 + below(r, 4); i < n; ++i) list.push_back(make());
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Match match(Random& r) {
  Match m;
  const auto net = [&] { return network(r); };
  const auto ports = [&] {
    const auto from = static_cast<std::uint16_t>(1 + below(r, 6));
    return net::PortRange{from, static_cast<std::uint16_t>(from + below(r, 3))};
  };
  fill(r, m.networks, net);
  fill(r, m.client_networks, net);
  fill(r, m.server_networks, net);
  fill(r, m.ports, ports);
  fill(r, m.client_ports, ports);
  fill(r, m.server_ports, ports);
  fill(r, m.vlan, [&] { return static_cast<std::uint16_t>(below(r, 4)); });
  fill(r, m.vni, [&] { return below(r, 4); });
  fill(r, m.interface, [&] { return kInterfaces[below(r, 3)]; });
  fill(r, m.names, [&] { return kNames[below(r, 8)]; });
  fill(r, m.applications, [&] { return static_cast<std::uint16_t>(below(r, 5)); });
  fill(r, m.categories, [&] { return static_cast<std::uint16_t>(below(r, 3)); });
  fill(r, m.transports, [&] { return below(r, 2) == 0 ? net::kProtoTcp : net::kProtoUdp; });
  if (below(r, 5) == 0) m.content = static_cast<std::uint8_t>(below(r, 8));
  return m;
}

Rules rules(Random& r) {
  Rules out;
  const auto outcome = [&](Rule& rule) {
    rule.level = static_cast<Level>(below(r, 4));
    rule.sample = rule.level > Level::count && below(r, 4) == 0 ? 2 + below(r, 3) : 1;
  };
  const unsigned n = below(r, 4) == 0 ? below(r, 300) : below(r, 12);
  out.rules.resize(n);
  for (Rule& rule : out.rules) {
    rule.match = match(r);
    outcome(rule);
  }
  outcome(out.fallback);
  const Match protect = match(r);
  if (below(r, 2) == 0) out.protect.networks = protect.networks;
  if (below(r, 2) == 0) out.protect.names = protect.names;
  if (below(r, 2) == 0) out.protect.applications = protect.applications;
  if (below(r, 2) == 0) out.protect.categories = protect.categories;
  return out;
}

struct Flow {
  net::Key key{};
  Facts facts;
};
Flow flow(Random& r) {
  Flow f;
  const bool v6 = below(r, 3) == 0;
  for (auto* octets : {f.key.a, f.key.b}) {
    for (unsigned i = 0; i < (v6 ? 16u : 4u); ++i) octets[i] = static_cast<std::uint8_t>(below(r, 4));
  }
  f.key.family = v6 ? 6 : 4;
  f.key.proto = std::array{net::kProtoTcp, net::kProtoUdp, net::kProtoIcmp}[below(r, 3)];
  f.key.port_a = static_cast<std::uint16_t>(below(r, 9));
  f.key.port_b = static_cast<std::uint16_t>(below(r, 9));
  net::Space space{};
  space.tags = static_cast<std::uint8_t>(below(r, 3));
  for (auto& tag : space.tag) tag = static_cast<std::uint16_t>(below(r, 4));
  space.has_vni = static_cast<std::uint8_t>(below(r, 2));
  space.vni = below(r, 4);
  f.key.space = net::space_of(space);
  f.facts.source = below(r, 2) == 0 ? Dir::up : Dir::down;
  f.facts.iface = static_cast<std::uint16_t>(below(r, 4));
  f.facts.hash = r();
  const auto known = [&] { return below(r, 2) == 0 ? Known::not_yet : Known::settled; };
  f.facts.content_known = known();
  f.facts.content = static_cast<std::uint8_t>(1u << below(r, 4) & 7);
  f.facts.name_known = known();
  f.facts.name = std::array<std::string_view, 7>{"", "a", "b.A.", "x.b.a", "c.b.a", "e.d", "ad"}[below(r, 7)];
  f.facts.app_known = known();
  f.facts.master = static_cast<std::uint16_t>(below(r, 6));
  f.facts.app = static_cast<std::uint16_t>(below(r, 6));
  f.facts.category = static_cast<std::uint16_t>(below(r, 4));
  return f;
}

// The plain evaluator: yes, no, or why it cannot be said yet.
struct Says {
  bool possible = true;
  std::uint8_t waits = 0;
  bool certain() const { return possible && waits == 0; }
};

bool holds(const net::Network& n, std::uint8_t family, const std::uint8_t* octets) {
  if (n.family != family) return false;
  for (unsigned i = 0; i < n.bits; ++i) {
    if ((octets[i / 8] >> (7 - i % 8) & 1u) != static_cast<unsigned>(n.first >> (127 - i) & 1)) return false;
  }
  return true;
}
bool holds(const std::string& pattern, std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return false;
  const bool star = pattern.starts_with("*.");
  const std::string base = star ? pattern.substr(2) : pattern;
  return name.ends_with("." + base) || (!star && name == base);
}
template <class T, class F>
bool any(const std::vector<T>& list, F&& f) {
  return list.empty() || std::any_of(list.begin(), list.end(), f);
}

bool fits_ends(const Match& m, const Flow& f) {
  const net::Key& k = f.key;
  const bool swapped = f.facts.source == Dir::down;
  const std::uint8_t* const ends[2] = {swapped ? k.b : k.a, swapped ? k.a : k.b};
  const unsigned ports[2] = {swapped ? k.port_b : k.port_a, swapped ? k.port_a : k.port_b};
  const bool has_ports = k.proto == net::kProtoTcp || k.proto == net::kProtoUdp;
  const auto at = [&](unsigned end) { return [&, end](const net::Network& n) { return holds(n, k.family, ends[end]); }; };
  const auto port = [&](unsigned end) {
    return [&, end](const net::PortRange& p) { return has_ports && ports[end] >= p.from && ports[end] <= p.to; };
  };
  return any(m.networks, [&](const net::Network& n) { return at(0)(n) || at(1)(n); }) && any(m.client_networks, at(0)) &&
         any(m.server_networks, at(1)) && any(m.ports, [&](const net::PortRange& p) { return port(0)(p) || port(1)(p); }) &&
         any(m.client_ports, port(0)) && any(m.server_ports, port(1));
}
bool fits_space(const Match& m, const Flow& f) {
  const std::uint64_t tags = f.key.space & 0xf'ffff'ffff;
  const bool vni = (f.key.space >> 60 & 1) != 0;
  return any(m.vlan,
             [&](unsigned v) {
               return v == 0 ? tags == 0 : (tags & 0xfff) == v || (tags >> 12 & 0xfff) == v || (tags >> 24 & 0xfff) == v;
             }) &&
         any(m.vni, [&](std::uint32_t v) { return vni && (f.key.space >> 36 & 0xff'ffff) == v; }) &&
         any(m.interface, [&](const std::string& i) { return f.facts.iface < 3 && kInterfaces[f.facts.iface] == i; });
}

Says evaluate(const Match& m, const Flow& f) {
  const Facts& facts = f.facts;
  Says says;
  if (!fits_ends(m, f) || !fits_space(m, f)) return {false, 0};
  if (!m.transports.empty() || m.content != 0) {
    const bool carried = std::find(m.transports.begin(), m.transports.end(), f.key.proto) != m.transports.end();
    if (!carried && m.content == 0) return {false, 0};
    if (!carried && facts.content_known == Known::not_yet) says.waits |= kWaitContent;
    if (!carried && facts.content_known == Known::settled && (m.content & facts.content) == 0) return {false, 0};
  }
  if (!m.names.empty()) {
    if (facts.name_known == Known::not_yet)
      says.waits |= kWaitName;
    else if (!any(m.names, [&](const std::string& n) { return holds(n, std::string(facts.name)); }))
      return {false, 0};
  }
  const auto is_app = [&](std::uint16_t a) { return a == facts.app || a == facts.master; };
  const auto is_category = [&](std::uint16_t c) { return c == facts.category; };
  if (facts.app_known == Known::not_yet) {
    if (!m.applications.empty() || !m.categories.empty()) says.waits |= kWaitApp;
  } else if (!any(m.applications, is_app) || !any(m.categories, is_category)) {
    return {false, 0};
  }
  return says;
}

Level outcome(const Rule& rule, std::uint64_t hash) {
  const std::uint64_t spread = hash * 0x9e37'79b9'7f4a'7c15 >> 32;
  if (rule.sample > 1 && spread * rule.sample >> 32 != 0) return std::min(rule.level, Level::count);
  return rule.level;
}

Verdict plain(const Rules& rules, const Flow& f) {
  Verdict v;
  Level least = Level::decrypt, most = Level::ignore;
  const auto add = [&](const Rule& rule) {
    least = std::min(least, outcome(rule, f.facts.hash));
    most = std::max(most, outcome(rule, f.facts.hash));
  };
  const Rule* first = &rules.fallback;
  v.rule = static_cast<std::uint16_t>(rules.rules.size());
  for (std::size_t i = 0; i < rules.rules.size(); ++i) {
    const Says says = evaluate(rules.rules[i].match, f);
    if (!says.possible) continue;
    if (says.certain()) {
      first = &rules.rules[i];
      v.rule = static_cast<std::uint16_t>(i);
      break;
    }
    v.waits |= says.waits;
    add(rules.rules[i]);
  }
  add(*first);
  v.sample = first->sample;
  bool may_protect = false;
  std::uint8_t protect_waits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    Match one;
    if (i == 0) one.networks = rules.protect.networks;
    if (i == 1) one.names = rules.protect.names;
    if (i == 2) one.applications = rules.protect.applications;
    if (i == 3) one.categories = rules.protect.categories;
    if (one == Match{}) continue;
    const Says says = evaluate(one, f);
    if (says.possible) may_protect = true;
    if (says.certain()) v.protects |= static_cast<std::uint8_t>(1u << i);
    if (says.possible) protect_waits |= says.waits;
  }
  const bool protects = v.protects != 0;
  v.guarded = protects && least == Level::decrypt ? 1 : 0;
  if (protects) most = std::min(most, Level::metadata);
  if (may_protect) least = std::min(least, Level::metadata);
  if (!protects && may_protect && most > Level::metadata) v.waits |= protect_waits;
  v.shows = least;
  v.reads = most;
  if (least == most) v.waits = 0;
  if (v.waits != 0) v.reads = std::max(v.reads, Level::metadata);
  if ((v.waits & kWaitApp) != 0 && !protects) v.reads = std::max(v.reads, Level::classify);
  return v;
}

TEST(Policy, AProgramSaysWhatAskingEveryRuleInTurnSays) {
  Random random(20'261'122);
  const auto desk = std::make_unique<Desk>();
  const Context context{nullptr, &kInterfaces};
  unsigned by_rule = 0, pending = 0, capped = 0;
  for (unsigned round = 0; round < 600; ++round) {
    const Rules r = rules(random);
    const Program program(r, context, round);
    for (unsigned i = 0; i < 60; ++i) {
      Flow f = flow(random);
      f.facts.key = &f.key;
      const Verdict is = program.judge(f.facts, *desk), want = plain(r, f);
      ASSERT_EQ(is, want) << "round " << round << " flow " << i << ": rule " << is.rule << " for " << want.rule << ", shows "
                          << label(is.shows) << " for " << label(want.shows) << ", reads " << label(is.reads) << " for "
                          << label(want.reads) << ", waits " << int{is.waits} << " for " << int{want.waits};
      by_rule += is.rule < r.rules.size() ? 1 : 0;
      pending += is.waits != 0 ? 1 : 0;
      capped += is.shows == Level::metadata ? 1 : 0;
    }
  }
  EXPECT_GT(by_rule, 1000u);  // what is compared is not all the same
  EXPECT_GT(pending, 1000u);
  EXPECT_GT(capped, 1000u);
}

}  // namespace
}  // namespace pellucid::policy
