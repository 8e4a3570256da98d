#include "lib/policy/program.h"

#include "test/unit/policy/make.h"

namespace pellucid::policy {
namespace {

class Judged : public testing::Test {
 protected:
  Judged() : key_(key_of("10.0.0.1", 40000, "192.0.2.7", 443)) { facts_.key = &key_; }
  void settle(std::string_view name, std::uint8_t content, std::uint16_t app, std::uint16_t category = 0) {
    facts_.content_known = facts_.name_known = facts_.app_known = Known::settled;
    facts_.name = name;
    facts_.content = content;
    facts_.master = facts_.app = app;
    facts_.category = category;
  }
  Verdict judge(const Program& p) { return p.judge(facts_, *desk_); }

  net::Key key_;
  Facts facts_;
  std::unique_ptr<Desk> desk_ = std::make_unique<Desk>();
};

TEST_F(Judged, TheFirstRuleThatMatchesWins) {
  const auto p = program(R"(
default: {level: ignore}
rules:
- {name: a, level: count, match: {ports: 80}}
- {name: b, level: metadata, match: {server_networks: 192.0.2.0/24, ports: [22, 443]}}
- {name: c, level: classify, match: {ports: 443}}
)");
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 1, 1}));
  EXPECT_EQ(p->name_of(1), "b");
  facts_.source = Dir::down;  // now 192.0.2.7 is the client
  EXPECT_EQ(judge(*p), (Verdict{Level::classify, Level::classify, 0, 2, 1}));
  key_.port_b = 9;
  EXPECT_EQ(judge(*p), (Verdict{Level::ignore, Level::ignore, 0, 3, 1}));
  EXPECT_EQ(p->name_of(3), "default");
  EXPECT_EQ(p->generation(), 7u);
}

// A handshake is opened for its name only where a rule says so that nothing above it rules out.
TEST_F(Judged, ARuleMayHaveTheHandshakeOpenedForTheName) {
  const auto p = program(R"(
default: {level: metadata}
protect: {networks: 198.51.100.0/24, names: clinic.example}
rules:
- {name: never, level: ignore, match: {server_networks: 203.0.113.0/24}}
- {name: plain, level: decrypt, match: {names: plain.example}}
- {name: ours, level: decrypt, match: {names: ours.example, ports: 443}, open_handshake: true}
- {name: late, level: decrypt, match: {names: late.example, server_networks: 192.0.2.0/24}, open_handshake: true}
)");
  const auto peek = [&](const char* server, std::uint16_t port) {
    key_ = key_of("10.0.0.1", 40000, server, port);
    return p->peek(facts_, *desk_);
  };
  settle("", kContentTls, 91);
  facts_.name_known = Known::not_yet;
  EXPECT_EQ(peek("192.0.2.7", 443), 2);
  EXPECT_EQ(peek("192.0.2.7", 8443), 3);
  EXPECT_EQ(peek("192.0.3.7", 8443), kNoRule);
  EXPECT_EQ(peek("203.0.113.9", 443), kNoRule);
  EXPECT_EQ(peek("198.51.100.1", 443), kNoRule);
  facts_.name_known = Known::settled;
  facts_.name = "ours.example";
  EXPECT_EQ(peek("192.0.2.7", 443), kNoRule);
}

TEST_F(Judged, PortsBelongToProtocolsThatHaveThem) {
  const auto p = program("default: {level: ignore}\nrules: [{name: a, level: count, match: {ports: 1-65535}}]\n");
  EXPECT_EQ(judge(*p).shows, Level::count);
  key_.proto = net::kProtoEsp;  // the key's port fields hold the SPI
  EXPECT_EQ(judge(*p).shows, Level::ignore);
}

TEST_F(Judged, TagsNetworksOfTunnelsAndInterfacesAreMatched) {
  const auto p = program(R"(
default: {level: ignore}
rules:
- {name: tag, level: count, match: {vlan: [7, 9]}}
- {name: vni, level: metadata, match: {vni: [0, 16777215]}}
- {name: port, level: classify, match: {interface: eth1, vlan: 0}}
)");
  EXPECT_EQ(judge(*p).rule, 3u);
  facts_.iface = 1;
  EXPECT_EQ(judge(*p).rule, 2u);
  facts_.iface = 9;
  EXPECT_EQ(judge(*p).rule, 3u);
  key_.space = std::uint64_t{9} << 12 | 8;
  EXPECT_EQ(judge(*p).rule, 0u);
  key_.space = std::uint64_t{1} << 60;
  EXPECT_EQ(judge(*p).rule, 1u);
  key_.space = std::uint64_t{1} << 60 | std::uint64_t{5} << 36;
  EXPECT_EQ(judge(*p).rule, 3u);
}

TEST_F(Judged, WhileANameIsPendingTheLeastLevelIsShownAndTheMostIsRead) {
  const auto p = program(R"(
default: {level: classify}
rules:
- {name: ads, level: ignore, match: {names: ads.example}}
- {name: shop, level: metadata, match: {names: [shop.example, '*.mall.example']}}
)");
  EXPECT_EQ(judge(*p), (Verdict{Level::ignore, Level::classify, kWaitName, 2, 1}));
  settle("x.ads.example", kContentTls, 1);
  EXPECT_EQ(judge(*p), (Verdict{Level::ignore, Level::ignore, 0, 0, 1}));
  settle("a.mall.example", kContentTls, 1);
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 1, 1}));
  settle("mall.example", kContentTls, 1);
  EXPECT_EQ(judge(*p), (Verdict{Level::classify, Level::classify, 0, 2, 1}));
  settle("", 0, 0);
  EXPECT_EQ(judge(*p).rule, 2u);
}

TEST_F(Judged, APendingRuleThatWouldChangeNothingIsNotWaitedFor) {
  const auto p = program("default: {level: count}\nrules: [{name: a, level: count, match: {names: a.example}}]\n");
  EXPECT_EQ(judge(*p), (Verdict{Level::count, Level::count, 0, 1, 1}));
}

TEST_F(Judged, WhatIsProtectedAndAskedForIsNamed) {
  const auto p = program(R"(
default: {level: metadata}
protect: {names: [Clinic.example, "*.law.example"], networks: [192.0.2.0/28, 198.51.100.0/24, 10.0.0.1/32]}
rules:
- {name: all, level: decrypt, match: {ports: 443}}
)");
  const auto entries = [&](std::string_view name) {
    settle(name, kContentTls, 91);
    std::vector<std::string> out;
    p->protections(facts_, *desk_, nullptr, out);
    return out;
  };
  EXPECT_EQ(entries("a.CLINIC.example"), (std::vector<std::string>{"10.0.0.1/32", "192.0.2.0/28", "clinic.example"}));
  EXPECT_EQ(entries("x.law.example."), (std::vector<std::string>{"10.0.0.1/32", "192.0.2.0/28", "*.law.example"}));
  EXPECT_EQ(entries("law.example"), (std::vector<std::string>{"10.0.0.1/32", "192.0.2.0/28"}));
  const Verdict v = judge(*p);
  EXPECT_EQ(std::pair(v.protects, v.guarded), (std::pair<std::uint8_t, std::uint8_t>{1, 1}));
  key_ = key_of("10.0.0.2", 40000, "203.0.113.7", 443);
  EXPECT_EQ(entries("law.example"), std::vector<std::string>{});
  EXPECT_EQ(entries("notclinic.example"), std::vector<std::string>{});
}

TEST_F(Judged, ARuleBehindTheFirstCertainOneIsNotPending) {
  const auto p = program(R"(
default: {level: ignore}
rules:
- {name: sure, level: metadata, match: {ports: 443}}
- {name: late, level: count, match: {names: a.example}}
)");
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 0, 1}));
}

TEST_F(Judged, WhatWaitsForAnApplicationIsReadByDpi) {
  const auto p = program("default: {level: count}\nrules: [{name: a, level: metadata, match: {applications: [whatsapp]}}]\n");
  EXPECT_EQ(judge(*p), (Verdict{Level::count, Level::classify, kWaitApp, 1, 1}));
  settle("", 0, 3);
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 0, 1}));
  EXPECT_TRUE(p->wants_applications());
  EXPECT_EQ(p->most(), Level::metadata);
}

TEST_F(Judged, TransportsAreCertainAndContentIsPending) {
  const auto p = program(R"(
default: {level: ignore}
rules:
- {name: mixed, level: count, match: {protocols: [udp, tls]}}
- {name: tcp, level: metadata, match: {protocols: tcp}}
)");
  EXPECT_EQ(judge(*p), (Verdict{Level::count, Level::metadata, kWaitContent, 1, 1}));
  settle("", kContentTls, 1);
  EXPECT_EQ(judge(*p).rule, 0u);
  settle("", kContentHttp, 1);
  EXPECT_EQ(judge(*p).rule, 1u);
  key_.proto = net::kProtoUdp;
  facts_.content_known = Known::not_yet;
  EXPECT_EQ(judge(*p), (Verdict{Level::count, Level::count, 0, 0, 1}));
}

TEST_F(Judged, ProtectCapsAtMetadataAndHoldsWhileItIsPending) {
  const auto p = program(R"(
default: {level: classify}
protect: {networks: 10.66.0.0/16, names: clinic.example, categories: health}
rules: [{name: quiet, level: count, match: {ports: 25}}]
)");
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::classify, kWaitName | kWaitApp, 1, 1}));
  settle("www.clinic.example", kContentTls, 1);
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 1, 1, 2}));
  settle("www.example", kContentTls, 1, 1);
  EXPECT_EQ(judge(*p).shows, Level::metadata);
  settle("www.example", kContentTls, 1, 2);
  EXPECT_EQ(judge(*p), (Verdict{Level::classify, Level::classify, 0, 1, 1}));
  key_.port_b = 25;
  EXPECT_EQ(judge(*p).shows, Level::count);
  key_ = key_of("10.66.0.1", 1, "192.0.2.7", 443);
  settle("", 0, 0);
  facts_.app_known = Known::not_yet;
  EXPECT_EQ(judge(*p), (Verdict{Level::metadata, Level::metadata, 0, 1, 1, 1}));
}

TEST_F(Judged, OneFlowInSoManyGetsASampledLevelTheOthersCount) {
  const auto p = program("default: {level: ignore}\nrules: [{name: a, level: classify, sample: 4, match: {ports: 443}}]\n");
  unsigned seen = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    facts_.hash = i * 0x9e37'79b9'7f4a'7c15 + 12345;
    const Verdict v = judge(*p);
    EXPECT_EQ(v.sample, 4u);
    ASSERT_TRUE(v.shows == Level::classify || v.shows == Level::count);
    seen += v.shows == Level::classify ? 1 : 0;
  }
  EXPECT_GT(seen, 800u);
  EXPECT_LT(seen, 1200u);
}

TEST_F(Judged, TenThousandRulesAreOneProgramWhoseLastRuleIsFound) {
  std::string text = "default: {level: ignore}\nrules:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += "- {name: r" + std::to_string(i) + ", level: count, match: {names: n" + std::to_string(i) +
            ".example, networks: 0.0.0.0/0, ports: 1-65535}}\n";
  }
  const auto p = program(text);
  settle("www.n9999.example", kContentTls, 1);
  EXPECT_EQ(judge(*p), (Verdict{Level::count, Level::count, 0, 9999, 1}));
  facts_.name_known = Known::not_yet;
  EXPECT_EQ(judge(*p), (Verdict{Level::ignore, Level::metadata, kWaitName, 10'000, 1}));
}

}  // namespace
}  // namespace pellucid::policy
