#include "lib/policy/rules.h"

#include "test/unit/policy/make.h"

namespace pellucid::policy {
namespace {

std::string verdict(const std::string& rules) {
  Rules out;
  return read("version: 1\ndefault: {level: count}\nrules:\n" + rules, out);
}
std::string of_match(const std::string& match) { return verdict("- {name: r, level: ignore, match: {" + match + "}}\n"); }

TEST(Rules, AWholePolicyIsRead) {
  Rules r;
  ASSERT_EQ(read(R"(
version: 1
default: {level: metadata}
protect: {networks: 10.9.0.0/16, categories: [health]}
rules:
  - name: bank
    match: {server_networks: [10.0.0.0/8, 2001:db8::/32], ports: [443, 8000-8099], names: Example.com.,
            protocols: [tcp, tls], applications: whatsapp, vlan: [5, 0], vni: 77, interface: eth1}
    level: classify
    sample: 10
)",
                 r),
            "");
  ASSERT_EQ(r.rules.size(), 1u);
  const Match& m = r.rules[0].match;
  EXPECT_EQ(m.server_networks.size(), 2u);
  EXPECT_EQ(m.ports, (std::vector<net::PortRange>{{443, 443}, {8000, 8099}}));
  EXPECT_EQ(m.names, std::vector<std::string>{"example.com"});
  EXPECT_EQ(m.transports, std::vector<std::uint8_t>{6});
  EXPECT_EQ(m.content, kContentTls);
  EXPECT_EQ(m.applications, std::vector<std::uint16_t>{3});
  EXPECT_EQ(m.vlan, (std::vector<std::uint16_t>{0, 5}));
  EXPECT_EQ(r.rules[0].sample, 10u);
  EXPECT_EQ(r.rules[0].level, Level::classify);
  EXPECT_EQ(r.fallback.level, Level::metadata);
  EXPECT_EQ(r.protect.categories, std::vector<std::uint16_t>{1});
}

TEST(Rules, WhatMakesNoSenseIsRefusedWhereItStands) {
  EXPECT_EQ(of_match("ports: [80, 0]"), "p:4:48: `0` is no port; write 1 to 65535, or a range such as 8000-8099");
  EXPECT_EQ(of_match("ports: 90-80"), "p:4:43: `90-80` ends before it begins; write the lower port first");
  EXPECT_EQ(of_match("ports: 65536"), "p:4:43: `65536` is no port; write 1 to 65535, or a range such as 8000-8099");
  EXPECT_EQ(of_match("networks: 10.0.0.1/8"), "p:4:46: `10.0.0.1/8` has bits behind its prefix; write `10.0.0.0/8`");
  EXPECT_EQ(of_match("networks: ten"), "p:4:46: `ten` is no network; write it like 192.0.2.0/24 or 2001:db8::/32");
  EXPECT_EQ(of_match("networks: 10.0.0.0/40").substr(0, 7), "p:4:46:");
  EXPECT_EQ(of_match("names: m\xc3\xbcnchen.de"),
            "p:4:43: `m\xc3\xbcnchen.de` is not ASCII; write the form that DNS carries, xn--…");
  EXPECT_EQ(of_match("names: 10.0.0.1"), "p:4:43: `10.0.0.1` is an address; write it under `networks`");
  EXPECT_EQ(of_match("applications: WhatsAp"), "p:4:50: no application is called `WhatsAp`; did you mean `WhatsApp`?");
  EXPECT_EQ(of_match("categories: healing"),
            "p:4:48: no category is called `healing`; `pellucid run` shows the names under pellucid.app");
  EXPECT_EQ(of_match("protocols: quick").substr(0, 45), "p:4:47: no protocol is called `quick`; write ");
  EXPECT_EQ(of_match("interface: eth7"), "p:4:47: there is no port `eth7`; there are: eth0, eth1");
  EXPECT_EQ(of_match("ja4: x").substr(0, 27), "p:4:36: unknown key `ja4`; ");
  EXPECT_EQ(of_match("ports: []").substr(0, 7), "p:4:43:");
  EXPECT_EQ(of_match("").substr(0, 7), "p:4:35:");
  EXPECT_EQ(
      verdict("- {name: r, level: decript}\n"),
      "p:4:20: `decript` is not allowed; write one of ignore, count, metadata, classify, decrypt (how far a flow is looked "
      "into)");
  EXPECT_EQ(verdict("- {name: r, level: decrypt, decrypt: {depth: headers, grants: [a, b]}}\n"), "");
  EXPECT_EQ(verdict("- {name: r, level: classify, decrypt: {depth: headers}}\n"),
            "p:4:39: `decrypt` says what level decrypt asks for; leave it out here");
  EXPECT_EQ(verdict("- {name: r, level: decrypt, decrypt: {depth: metadata}}\n").substr(0, 7), "p:4:46:");
  EXPECT_EQ(verdict("- {name: r, level: decrypt, match: {names: a.example}, open_handshake: true}\n"), "");
  const std::string peek =
      "`open_handshake` finds out the server's name for a rule of level decrypt with `names`; leave it out here";
  EXPECT_EQ(verdict("- {name: r, level: decrypt, match: {ports: 443}, open_handshake: true}\n"), "p:4:66: " + peek);
  EXPECT_EQ(verdict("- {name: r, level: classify, match: {names: a.example}, open_handshake: true}\n"), "p:4:73: " + peek);
  EXPECT_EQ(verdict("- {name: r, level: count, sample: 5}\n"),
            "p:4:35: `sample` thins out metadata, classify and decrypt; leave it out here");
  EXPECT_EQ(verdict("- {name: r, level: classify, sample: 1}\n").substr(0, 7), "p:4:38:");
  EXPECT_EQ(verdict("- {name: r, level: classify, retention: 5d}\n").substr(0, 35), "p:4:30: unknown key `retention`; kn");
}

TEST(Rules, WhatIsMissingIsNamed) {
  Rules r;
  EXPECT_EQ(read("version: 1\n", r),
            "p:1:1: the key `default` is missing; write a map of keys (what holds for a flow that no rule matches: a map with "
            "`level`)");
  EXPECT_EQ(read("version: 2\ndefault: {level: count}\n", r), "p:1:10: `2` is not allowed; write 1 (of this format)");
  EXPECT_EQ(read("", r).substr(0, 6), "p:1:1:");
}

TEST(Rules, ARuleThatIsNeverReachedIsRefused) {
  EXPECT_EQ(verdict("- {name: all, level: count}\n- {name: b, level: ignore, match: {ports: 80}}\n"),
            "p:5:3: never reached: `all` above it takes every flow; move that one to the end");
  EXPECT_EQ(
      verdict("- {name: a, level: count, match: {ports: [80, 81]}}\n- {name: b, level: ignore, match: {ports: [81, 80]}}\n"),
      "p:5:3: never reached: `a` above it matches the same; delete one of them");
  EXPECT_EQ(verdict("- {name: a, level: count, match: {ports: 80}}\n- {name: a, level: ignore, match: {ports: 81}}\n"),
            "p:5:10: the rule in line 4 is called `a` too; give each rule a name of its own");
  EXPECT_EQ(verdict("- {name: a, level: count, match: {ports: 80}}\n- {name: b, level: ignore, match: {server_ports: 80}}\n"),
            "");
}

TEST(Rules, WithoutAListOfPortsAnyInterfaceWillDo) {
  Rules r;
  EXPECT_EQ(read("version: 1\ndefault: {level: count}\nrules: [{name: a, level: ignore, match: {interface: eth7}}]\n", r,
                 {&kNames, nullptr}),
            "");
}

TEST(Rules, BothBoundsHold) {
  std::string rules = "version: 1\ndefault: {level: count}\nrules:\n";
  for (std::size_t i = 0; i < kMaxRules; ++i) {
    rules += "- {name: r" + std::to_string(i) + ", level: ignore, match: {vni: " + std::to_string(i) + "}}\n";
  }
  Rules r;
  EXPECT_EQ(read(rules, r), "");
  EXPECT_EQ(r.rules.size(), kMaxRules);
  EXPECT_NE(read(rules + "- {name: one more, level: ignore, match: {vlan: 1}}\n", r).find("10000"), std::string::npos);

  Tree tree;  // straight into the tree: a million names take the YAML reader some seconds
  tree.open(Tree::Kind::map, {1, 1});
  tree.key({1, 1}, "default");
  tree.open(Tree::Kind::map, {1, 1});
  tree.key({1, 1}, "level");
  tree.leaf(Tree::Kind::text, {1, 1}, "count");
  tree.close();
  tree.key({2, 1}, "protect");
  tree.open(Tree::Kind::map, {2, 1});
  tree.key({2, 1}, "names");
  tree.open(Tree::Kind::list, {2, 1});
  for (std::uint32_t i = 0; i <= kMaxEntries; ++i) tree.leaf(Tree::Kind::text, {3 + i, 1}, "a");
  for (int i = 0; i < 3; ++i) tree.close();
  Fault fault;
  Rules many;
  EXPECT_FALSE(read_rules(tree, kContext, many, fault));
  EXPECT_EQ(fault.place.line, 3 + kMaxEntries);
}

}  // namespace
}  // namespace pellucid::policy
