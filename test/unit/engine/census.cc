#include "lib/engine/census.h"

#include "test/unit/engine/path.h"
#include "test/unit/policy/make.h"

using namespace pellucid;
using engine::Census;
using policy::Level;
using test::Path;

namespace {

engine::Options roomy() {
  engine::Options o = test::small_options();
  o.limits.flows = 2048;
  return o;
}

build::Octets datagram(const std::string& client, std::uint16_t port, std::string_view payload = "x") {
  const build::Ip4 ends{.src = client, .dst = "192.0.2.7"};
  return build::ethernet(build::ip4(ends, build::udp({.sport = 40000, .dport = port}, build::as_octets(payload))));
}

// As many steps as a worker's turns would take.
unsigned answer(Census& census, Path& path) {
  unsigned steps = 0;
  for (; !census.answered(); ++steps) census.step(path.state());
  return steps;
}

}  // namespace

TEST(Census, ListsTheFlowsThatAFilterLetsPass) {
  Path path;
  path.at(0, datagram("10.0.0.1", 100));
  path.at(1, datagram("10.0.0.2", 100, "much more than the others have"));
  path.at(2, datagram("10.9.0.1", 200));
  const auto list = [&](const engine::FlowFilter& filter, std::size_t limit = 10) {
    Census census;
    EXPECT_TRUE(census.ask_flows(filter, limit));
    answer(census, path);
    EXPECT_EQ(census.answer().flows, 3u);
    EXPECT_LE(census.answer().lines.size(), limit);
    return census.answer().matched * 100 + census.answer().lines.size();
  };
  EXPECT_EQ(list({}), 303u);
  EXPECT_EQ(list({}, 2), 302u);
  EXPECT_EQ(list({.port = 100}), 202u);
  EXPECT_EQ(list({.proto = net::kProtoTcp}), 0u);
  EXPECT_EQ(list({.proto = net::kProtoUdp}), 303u);
  EXPECT_EQ(list({.min_bytes = 60}), 101u);
  EXPECT_EQ(list({.level = 2}), 303u);
  EXPECT_EQ(list({.level = 1}), 0u);
  engine::FlowFilter filter;
  EXPECT_EQ(net::read_network("10.0.0.0/16", filter.network), net::NetworkFault::none);
  EXPECT_EQ(list(filter), 202u);
  EXPECT_EQ(net::read_network("::/0", filter.network), net::NetworkFault::none);
  EXPECT_EQ(list(filter), 0u);
}

TEST(Census, ALineSaysWhatRecordsMaySay) {
  Path path;
  path.at(5, datagram("10.0.0.1", 53, {"\0\1\1\0\0\1\0\0\0\0\0\0\7example\0\0\1\0\1", 25}));
  const auto line = [&] {
    Census census;
    EXPECT_TRUE(census.ask_flows({}, 1));
    answer(census, path);
    return census.answer().lines.at(0);
  };
  EXPECT_EQ(line().label.master, classify::kDns);
  EXPECT_EQ(line().packets[0], 1u);
  EXPECT_EQ(line().first_ns, Path::kStart + 5 * Path::kMilli);
  EXPECT_EQ(line().generation, 0u);
  const auto named = policy::program("default: {level: metadata}\n");
  path.adopt(named.get());
  path.at(6, datagram("10.0.0.1", 53, {"\0\1\1\0\0\1\0\0\0\0\0\0\7example\0\0\1\0\1", 25}));
  EXPECT_EQ(line().generation, 7u);
  policy::Rules rules;
  rules.fallback.level = Level::count;
  const policy::Program low(rules, policy::kContext, 8);
  path.adopt(&low);
  path.at(7, datagram("10.0.0.1", 53));
  EXPECT_EQ(line().label.master, classify::kUnknown);
  EXPECT_EQ(line().name_size, 0u);
  EXPECT_EQ(line().level, Level::count);
  Census census;
  EXPECT_TRUE(census.ask_flows({.flow_id = line().flow_id}, 1));
  answer(census, path);
  EXPECT_EQ(census.answer().matched, 1u);
}

TEST(Census, TotalsAreByApplicationAndAddUp) {
  Path path;
  for (std::uint16_t i = 0; i < 20; ++i) {
    path.at(i, datagram("10.0.0.1", static_cast<std::uint16_t>(100 + i)));
  }
  path.at(30, datagram("10.0.0.1", 53, {"\0\1\1\0\0\1\0\0\0\0\0\0\7example\0\0\1\0\1", 25}));
  Census census;
  ASSERT_TRUE(census.ask_apps());
  answer(census, path);
  std::uint64_t flows = 0, dns = 0;
  for (const engine::AppTotal& t : census.answer().apps) {
    flows += t.flows;
    if (t.master == classify::kDns) dns += t.flows;
  }
  EXPECT_EQ(flows, 21u);
  EXPECT_EQ(dns, 1u);
}

TEST(Census, SaysHowManyFlowsACandidateWouldShowDifferentlyAndChangesNone) {
  Path path;
  for (std::uint16_t i = 0; i < 200; ++i) {
    path.at(i, datagram("10.0.0.1", static_cast<std::uint16_t>(100 + i)));
  }
  Census census;
  const std::shared_ptr<const policy::Program> candidate =
      policy::program("default: {level: metadata}\nrules: [{name: a, level: count, match: {ports: 100-149}}]\n");
  ASSERT_TRUE(census.ask_impact(candidate));
  EXPECT_FALSE(census.ask_apps());  // one question at a time
  EXPECT_EQ(answer(census, path), 200 / Census::kMaxJudged + 1);
  EXPECT_EQ(census.answer().flows, 200u);
  EXPECT_EQ(census.answer().changed, 50u);
  EXPECT_EQ(path.counters().policy_judged.value(), 0u);
  EXPECT_TRUE(census.ask_apps());
}

TEST(Census, FlowsAreLookedAtSomeAtATime) {
  Path path(roomy());
  for (unsigned i = 0; i < 1500; ++i) {
    path.at(i, datagram("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 100));
  }
  Census census;
  ASSERT_TRUE(census.ask_flows({}, 5000));
  EXPECT_EQ(answer(census, path), 1500 / Census::kMaxFlows + 1);
  EXPECT_EQ(census.answer().matched, 1500u);
  EXPECT_EQ(census.answer().lines.size(), Census::kMaxLines);
}
