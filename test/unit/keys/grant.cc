#include "lib/keys/grant.h"

#include "lib/base/when.h"
#include "test/unit/keys/make.h"

namespace pellucid::keys {
namespace {

std::string refused(const std::string& text) {
  Grant g;
  return read(text, g);
}
std::string of_scope(const std::string& scope) {
  return refused(kHead + kTimes + "method: ets\ndepth: headers\nscope: {" + scope + "}\n");
}
std::string with(const std::string& more) { return refused(kPlain + more); }

TEST(Grant, AWholeGrantIsRead) {
  Grant g;
  ASSERT_EQ(read(R"(
version: 1
id: fraud-2026-11
issuer: CISO, Acme Bank
audience: [probe-1, probe-2]
purpose: card fraud
legal_basis: {type: court order, reference: 4 Js 17/26, jurisdiction: DE, authorisation_id: A-7}
scope:
  server_networks: [10.0.0.0/8, 2001:db8::/32]
  client_networks: 192.0.2.0/24
  ports: [443, 8000-8099]
  names: [Pay.Example., "*.shop.example"]
  captured_from: 2026-11-01T00:00:00Z
  captured_until: 2026-12-01T00:00:00Z
method: [ets, keylog]
keys: [4E:DF:67:5A:40:59:41:EA:82:06, 12345678901234567890]
depth: content
direction: to_server
first_bytes: 65536
client_certificates: true
deliver: {recipients: [)" +
                     certificate("dora") + R"(]}
not_before: 2026-11-22T00:00:00Z
not_after: 2026-11-30T00:00:00Z
quota: {sessions: 500, bytes: 1000000000}
retention: 30d
process_until: 2027-01-31T00:00:00Z
override_protect: [clinic.example]
)",
                 g),
            "");
  EXPECT_EQ(g.id, "fraud-2026-11");
  EXPECT_EQ(g.audience, (std::vector<std::string>{"probe-1", "probe-2"}));
  EXPECT_EQ(g.basis.reference, "4 Js 17/26");
  EXPECT_EQ(g.basis.authorisation_id, "A-7");
  EXPECT_EQ(g.scope.servers.size(), 2u);
  EXPECT_EQ(g.scope.clients.size(), 1u);
  EXPECT_EQ(g.scope.ports[1], (net::PortRange{8000, 8099}));
  EXPECT_EQ(g.scope.names, (std::vector<std::string>{"pay.example", "*.shop.example"}));
  EXPECT_EQ(write_moment(g.scope.captured_until_s), "2026-12-01T00:00:00Z");
  EXPECT_TRUE(allows(g, Method::ets) && allows(g, Method::keylog) && !allows(g, Method::rsa));
  EXPECT_EQ(g.keys, (std::vector<std::string>{"4edf675a405941ea8206", "12345678901234567890"}));
  EXPECT_EQ(g.depth, Depth::content);
  EXPECT_EQ(g.direction, Direction::to_server);
  EXPECT_EQ(g.first_bytes, 65536u);
  EXPECT_EQ(g.client_certificates, Rule::allowed);
  EXPECT_EQ(g.files, Files::encrypted);
  EXPECT_EQ(g.recipients.at(0).subject, "CN=dora");
  EXPECT_EQ(g.quota.sessions, 500u);
  EXPECT_EQ(g.quota.bytes, 1'000'000'000u);
  EXPECT_EQ(g.retention_s, 30 * 86'400);
  EXPECT_EQ(write_moment(g.process_until_s), "2027-01-31T00:00:00Z");
  EXPECT_EQ(g.lifts, std::vector<std::string>{"clinic.example"});
}

TEST(Grant, WhatIsNotSaidIsTheLeast) {
  Grant g;
  ASSERT_EQ(read(kPlain, g), "");
  EXPECT_EQ(g.scope.captured_from_s, g.not_before_s);
  EXPECT_EQ(g.scope.captured_until_s, g.not_after_s);
  EXPECT_EQ(g.client_certificates, Rule::refused);
  EXPECT_EQ(g.files, Files::none);
  EXPECT_TRUE(g.lifts.empty() && g.recipients.empty());
  EXPECT_EQ(g.quota.bytes, Quota::kUnbounded);
}

TEST(Grant, AScopeOfAllNetworksWithoutNamesIsRefused) {
  constexpr std::string_view kAll = "f:11:8: a scope of all networks without names is refused; name networks or `names`";
  EXPECT_EQ(of_scope("ports: 443"), kAll);
  EXPECT_EQ(of_scope("server_networks: 0.0.0.0/0"), kAll);
  EXPECT_EQ(of_scope("server_networks: \"::/0\""), kAll);
  EXPECT_EQ(of_scope("server_networks: [128.0.0.0/1, 0.0.0.0/1]"), kAll);
  EXPECT_EQ(of_scope("server_networks: [0.0.0.0/2, 10.0.0.0/8, 64.0.0.0/2, 128.0.0.0/1, 10.0.0.0/8]"), kAll);
  EXPECT_EQ(of_scope("server_networks: [\"::/1\", \"8000::/1\", 10.0.0.0/8], client_networks: 0.0.0.0/0"), kAll);
  EXPECT_EQ(of_scope("server_networks: [128.0.0.0/1, 0.0.0.0/2]"), "");
  EXPECT_EQ(of_scope("server_networks: 0.0.0.0/0, names: example.com"), "");
  EXPECT_EQ(of_scope("client_networks: 192.0.2.0/24"), "");
}

TEST(Grant, WhatMakesNoSenseIsRefusedWhereItStands) {
  EXPECT_EQ(of_scope("server_networks: 10.0.0.1/8"), "f:11:26: `10.0.0.1/8` has bits behind its prefix; write `10.0.0.0/8`");
  EXPECT_EQ(of_scope("server_networks: 10.0.0.0/8, ports: 99-9").substr(0, 8), "f:11:45:");
  EXPECT_EQ(of_scope("names: [a.example, 10.0.0.1]").substr(0, 8), "f:11:28:");
  EXPECT_EQ(of_scope("server_networks: 10.0.0.0/8, captured_from: yesterday"),
            "f:11:53: `yesterday` is no time; write it in UTC like 2026-11-22T13:01:01Z");
  EXPECT_EQ(of_scope("server_networks: 10.0.0.0/8, captured_from: 2026-11-24T00:00:00Z").substr(0, 8), "f:11:53:");
  EXPECT_EQ(of_scope("servers: 10.0.0.0/8").substr(0, 30), "f:11:9: unknown key `servers`;");
  EXPECT_EQ(with("retention: 5 days").substr(0, 44), "f:12:12: `5 days` is no span of time; write ");
  EXPECT_EQ(with("retention: 0d").substr(0, 9), "f:12:12: ");
  EXPECT_EQ(with("process_until: 2026-11-22T12:00:00Z").substr(0, 43), "f:12:16: `process_until` is before `not_aft");
  EXPECT_EQ(with("keys: [4edf]").substr(0, 33), "f:12:8: `4edf` is no fingerprint;");
  EXPECT_EQ(with("keys: [" + std::string(20, 'g') + "]").substr(0, 8), "f:12:8: ");
  EXPECT_EQ(with("deliver: {clear: true}").substr(0, 45), "f:12:10: nothing is delivered at depth header");
  EXPECT_EQ(with("deliver: {clear: false}").substr(0, 9), "f:12:18: ");
  EXPECT_EQ(with("quota: {sessions: 0}").substr(0, 9), "f:12:19: ");
  EXPECT_EQ(with("first_bytes: -1").substr(0, 9), "f:12:14: ");
  EXPECT_EQ(with("direction: up").substr(0, 9), "f:12:12: ");
  EXPECT_EQ(with("id: g2").substr(0, 43), "f:12:1: the key `id` stands here twice; kee");
  const std::string scope = "scope: {server_networks: 10.0.0.0/8}\n";
  EXPECT_EQ(refused(kHead + kTimes + scope + "method: magic\ndepth: headers\n"),
            "f:10:9: `magic` is no method; write one of ets, keylog, rsa");
  EXPECT_EQ(refused(kHead + kTimes + scope + "method: [ets, ets]\ndepth: headers\n"),
            "f:10:15: `ets` stands here twice; keep one of them");
  EXPECT_EQ(refused(kHead + kTimes + scope + "method: ets\ndepth: content\n"),
            "f:1:1: content has nobody to go to; add `deliver` with `recipients`, or choose depth headers");
  EXPECT_EQ(refused(kHead + "not_before: 2026-11-22T00:00:00Z\nnot_after: 2026-11-22T00:00:00Z\n" + scope +
                    "method: ets\ndepth: headers\n"),
            "f:8:12: `not_after` is not later than `not_before`; exchange them");
  EXPECT_EQ(refused(kHead + scope + "method: ets\ndepth: headers\n").substr(0, 40), "f:1:1: the key `not_before` is missing; ");
}

TEST(Grant, BothBoundsHold) {
  std::string names = "[";
  for (std::size_t i = 2; i < kMaxScope; ++i) names += "a" + std::to_string(i) + ".example, ";
  EXPECT_EQ(of_scope("server_networks: 10.0.0.0/8, names: " + names + "z]"), "");
  EXPECT_NE(of_scope("server_networks: 10.0.0.0/8, ports: 443, names: " + names + "z]").find("more than 10000"),
            std::string::npos);
  std::string keys = "keys: [";
  for (std::size_t i = 0; i < kMaxPrints; ++i) keys += std::to_string(10'000'000'000'000'000'000u + i) + ", ";
  EXPECT_EQ(with(keys + "]"), "");
  EXPECT_NE(with(keys + std::string(20, 'a') + "]"), "");
}

TEST(Grant, ASetHoldsItsLimitsAgainstIt) {
  AuthoritySet set = set_of(3, 2, 3);
  Grant g;
  ASSERT_EQ(read(kPlain, g), "");
  EXPECT_EQ(refuse_grant(g, set, 2, "probe-1"), "");
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "");
  EXPECT_EQ(refuse_grant(g, set, 1, ""),
            "signed by 1 of the 2 authorities that are needed; add signatures by openssl cms -resign");
  EXPECT_EQ(refuse_grant(g, set, 2, "probe-9"), "it is not for `probe-9`; its audience must name this appliance");
  g.not_after_s = g.not_before_s + 90 * 86'400;
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "");
  g.not_after_s += 3'600;
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "it is to live for 2161h, at most 90d are allowed; shorten it");
  ASSERT_EQ(read(kHead + kTimes + "method: ets\ndepth: content\nscope: {server_networks: 10.0.0.0/8}\ndeliver: {recipients: [" +
                     certificate("dora") + "]}\n",
                 g),
            "");
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "");
  set.recipients = set.authorities;
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "its recipient `CN=dora` is none of the authority set's; leave it out");
  set.recipients = g.recipients;
  EXPECT_EQ(refuse_grant(g, set, 2, ""), "");
}

}  // namespace
}  // namespace pellucid::keys
