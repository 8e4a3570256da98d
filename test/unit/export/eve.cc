#include "lib/export/eve.h"

#include <gtest/gtest.h>

#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

TEST(Eve, AFlowLineHoldsWhatEveReadersLookFor) {
  Bench b;
  const std::string line = b.line(head_of(Kind::flow), flow_body());
  EXPECT_EQ(
      line,
      "{\"timestamp\":\"2026-11-22T13:01:01.123456+0000\",\"flow_id\":123456789012,\"pcap_filename\":\"a.pcap\","
      "\"event_type\":\"flow\",\"src_ip\":\"192.168.1.2\",\"src_port\":50000,\"dest_ip\":\"93.184.216.34\",\"dest_port\":443,"
      "\"proto\":\"TCP\",\"ip_v\":4,\"community_id\":\"1:YYfv7yMCIQT0uBcv/STbArMHXeo=\",\"app_proto\":\"tls\","
      "\"flow\":{\"pkts_toserver\":10,\"pkts_toclient\":8,\"bytes_toserver\":1000,\"bytes_toclient\":20000,"
      "\"start\":\"2026-11-22T13:00:00.000000+0000\",\"end\":\"2026-11-22T13:01:01.123456+0000\",\"age\":61,"
      "\"state\":\"closed\",\"reason\":\"timeout\",\"alerted\":false},"
      "\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1a\",\"fin\":true,\"syn\":true,\"psh\":true,"
      "\"ack\":true,\"state\":\"closed\"},"
      "\"pellucid\":{\"app\":{\"proto\":\"TLS.Microsoft\",\"category\":\"Web\",\"confidence\":\"DPI\",\"by\":\"name\"},"
      "\"level\":\"classify\",\"policy_generation\":0,\"reason\":\"closed\"}}\n");
}

TEST(Eve, WrappersAreShownAsEveAndInFull) {
  Bench b;
  net::Layers layers{};
  layers.tags = 2;
  layers.tag[0] = 100;
  layers.tag[1] = 200;
  layers.labels = 2;
  layers.label[0] = 16;
  layers.label[1] = 1'048'575;
  layers.has_pppoe = 1;
  layers.pppoe = 0x11;
  layers.outers = 2;
  for (unsigned i = 0; i < 2; ++i) {
    layers.outer[i].src[0] = static_cast<std::uint8_t>(10 + i);
    layers.outer[i].dst[3] = 9;
    layers.outer[i].family = 4;
  }
  layers.outer[0].type = net::Wrap::gre;
  layers.outer[0].proto = 47;
  layers.outer[1].type = net::Wrap::vxlan;
  layers.outer[1].proto = 17;
  layers.outer[1].sport = 5;
  layers.outer[1].dport = 4789;
  layers.outer[1].has_id = 1;
  layers.outer[1].id = 77;
  const std::array pieces{piece(layers)};
  const std::string line = b.line(head_of(Kind::flow), flow_body(), pieces);
  EXPECT_TRUE(has(line, "\"vlan\":[100,200],"));
  EXPECT_TRUE(has(line,
                  "\"tunnel\":{\"src_ip\":\"11.0.0.0\",\"src_port\":5,\"dest_ip\":\"0.0.0.9\",\"dest_port\":4789,"
                  "\"proto\":\"UDP\",\"depth\":2}"));
  EXPECT_TRUE(has(line,
                  "\"tunnels\":[{\"type\":\"gre\",\"src_ip\":\"10.0.0.0\",\"dest_ip\":\"0.0.0.9\"},"
                  "{\"type\":\"vxlan\",\"src_ip\":\"11.0.0.0\",\"dest_ip\":\"0.0.0.9\",\"id\":77}]"));
  EXPECT_TRUE(has(line, "\"mpls\":[16,1048575],\"pppoe\":17"));
}

TEST(Eve, ProtocolsWithoutPortsShowWhatTheyHave) {
  Bench b;
  Head h = head_of(Kind::flow);
  h.proto = 58;
  h.family = 6;
  h.icmp_type = 128;
  const std::string icmp = b.line(h, flow_body());
  EXPECT_TRUE(has(icmp, "\"proto\":\"IPv6-ICMP\",\"ip_v\":6,\"icmp_type\":128,\"icmp_code\":0"));
  EXPECT_FALSE(has(icmp, "_port"));
  EXPECT_FALSE(has(icmp, "\"tcp\""));
  h.proto = 50;
  h.spi = 0xd1234567;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"proto\":\"ESP\",\"ip_v\":6,\"spi\":3508749671"));
}

TEST(Eve, EndsAndStatesTakeEvesWords) {
  Bench b;
  FlowBody body = flow_body();
  body.tcp = flow::TcpState::opening;
  body.tcp_flags[1] = 0;
  body.end = flow::End::evicted;
  body.flags = flow::kFlowAssumed | flow::kFlowMidstream | flow::kFlowOneSided | flow::kFlowIncomplete;
  const std::string evicted = b.line(head_of(Kind::flow), body);
  EXPECT_TRUE(has(evicted, "\"state\":\"new\",\"reason\":\"forced\""));
  EXPECT_TRUE(has(evicted, "\"state\":\"syn_sent\"}"));
  EXPECT_TRUE(has(
      evicted, "\"reason\":\"evicted\",\"midstream\":true,\"one_sided\":true,\"direction\":\"assumed\",\"incomplete\":true"));
  body.end = flow::End::shutdown;
  EXPECT_TRUE(has(b.line(head_of(Kind::flow), body), "\"reason\":\"shutdown\",\"alerted\""));
  const std::string update = b.line(head_of(Kind::flow_update), body);
  EXPECT_TRUE(has(update, "\"event_type\":\"flow_update\""));
  EXPECT_FALSE(has(update, "reason"));
}

TEST(Eve, TimesThatRunBackwardsGiveNoAge) {
  Bench b;
  FlowBody body = flow_body();
  std::swap(body.first_ns, body.last_ns);
  EXPECT_TRUE(has(b.line(head_of(Kind::flow), body), "\"age\":0"));
}

TEST(Eve, ThePlaceOfCaptureIsAnInterfaceOrAFile) {
  Bench b({.pcap_filename = "x\n.pcap", .interfaces = {"eth0", ""}, .host = "sensor"});
  Head h = head_of(Kind::flow);
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"host\":\"sensor\",\"in_iface\":\"eth0\",\"event_type\""));
  h.iface = 1;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"pcap_filename\":\"x\\n.pcap\""));
  h.iface = 65535;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"pcap_filename\""));
}

TEST(Eve, TheRuleIsNamedWhileItsPolicyIsInForce) {
  policy::Rules rules;
  rules.rules.resize(1);
  rules.rules[0].name = "bank";
  rules.fallback.name = "default";
  const policy::Program program(rules, {}, 42);
  Bench b;
  Head h = head_of(Kind::flow);
  h.generation = 42;
  h.rule = 0;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"policy_generation\":42,\"reason\""));
  b.eve.set_policy(&program);
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"policy_generation\":42,\"rule\":\"bank\",\"reason\""));
  h.rule = 1;
  h.sampled = 10;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"rule\":\"default\",\"sampled\":10,"));
  h.generation = 41;
  EXPECT_FALSE(has(b.line(h, flow_body()), "\"rule\""));
}

TEST(Eve, ApplicationsAreNamedAsFarAsNamesAreKnown) {
  Bench b;
  Head h = head_of(Kind::flow);
  h.app = classify::kTls;
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"proto\":\"TLS\",\"category\""));
  h.master = h.app = 92;
  h.by = static_cast<std::uint8_t>(classify::By::ndpi);
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"app_proto\":\"ssh\""));
  h.confidence = static_cast<std::uint8_t>(classify::Confidence::match_by_port);
  EXPECT_TRUE(has(b.line(h, flow_body()), "\"app_proto\":\"failed\""));  // a port is no detection
  h.master = h.app = classify::kUnknown;
  h.by = static_cast<std::uint8_t>(classify::By::nobody);
  h.confidence = 0;
  const std::string unknown = b.line(h, flow_body());
  EXPECT_TRUE(has(unknown, "\"app_proto\":\"unknown\""));
  EXPECT_TRUE(has(unknown, "\"proto\":\"Unknown\""));
}

TEST(Eve, WithoutNamesApplicationsAreNumbers) {
  openssl::Digests digests;
  Ring ring(1 << 17);
  Eve eve({}, digests, nullptr, nullptr);
  ASSERT_TRUE(write_record(ring, head_of(Kind::flow), flow_body(), {}));
  std::string line;
  eve.write(read_record(ring.peek()), line);
  EXPECT_TRUE(has(line, "\"proto\":\"91.212\",\"category\":\"5\""));
  EXPECT_TRUE(has(line, "\"app_proto\":\"tls\""));
  EXPECT_FALSE(has(line, "pcap_filename"));
}

}  // namespace
}  // namespace pellucid::exporter
