// Rules: a policy as it was written, checked and resolved: what a Program is built of and a diff compares. Made on a control
// thread; a value type.
#pragma once
#include "lib/base/tree.h"
#include "lib/classify/dpi.h"
#include "lib/keys/wish.h"
#include "lib/net/written.h"
#include "lib/policy/level.h"

namespace pellucid::policy {

inline constexpr std::size_t kMaxRules = 10'000;
inline constexpr std::size_t kMaxEntries = 1'000'000;  // networks, names and ports of all rules together

// Empty: no condition. Within one list any entry may hold; all lists that are not empty must.
struct Match {
  std::vector<net::Network> networks, client_networks, server_networks;  // `networks`: either end
  std::vector<net::PortRange> ports, client_ports, server_ports;
  std::vector<std::uint16_t> vlan;  // 0: no tag
  std::vector<std::uint32_t> vni;
  std::vector<std::string> interface;
  std::vector<std::string> names;
  std::vector<std::uint16_t> applications, categories;
  std::vector<std::uint8_t> transports;  // `protocols` that the IP header tells …
  std::uint8_t content = 0;              // … and those that the payload does
  friend bool operator==(const Match&, const Match&) = default;
};

struct Rule {
  std::string name;
  Match match;
  Level level = Level::ignore;
  std::uint32_t sample = 1;  // one flow in so many gets the level, the others count
  keys::Wish wish;           // of level decrypt
  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Rules {
  std::vector<Rule> rules;
  Rule fallback;  // `default`
  Match protect;  // networks, names, applications, categories: any of them protects
  friend bool operator==(const Rules&, const Rules&) = default;
};

struct Context {                                         // what names in a policy may refer to
  const classify::Names* applications = nullptr;         // null: none is known
  const std::vector<std::string>* interfaces = nullptr;  // by number; null: not known here, any name will do
};

// A tree that fits the policy's schema. False: the fault says what is wrong and where.
bool read_rules(const Tree& tree, const Context& context, Rules& rules, Fault& fault);

}  // namespace pellucid::policy
