#include "lib/engine/judge.h"

#include "test/unit/engine/path.h"
#include "test/unit/engine/whole.h"
#include "test/unit/policy/make.h"

using namespace pellucid;
using build::Octets;
using exporter::Kind;
using policy::Level;
using test::Path;

namespace {

constexpr std::uint8_t kSyn = 2, kAck = 16;

// A conversation over TCP whose sequence numbers are right.
class Talk {
 public:
  Talk(Path& path, std::uint16_t server_port = 80) : path_(path), port_(server_port) {
    say(Dir::up, kSyn, "");
    say(Dir::down, kSyn | kAck, "");
    say(Dir::up, kAck, "");
  }
  void say(Dir dir, std::string_view text) { say(dir, kAck, text); }
  void get(std::string_view host) {
    say(Dir::up, "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    say(Dir::down, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }

 private:
  void say(Dir dir, std::uint8_t flags, std::string_view text) {
    const bool up = dir == Dir::up;
    const build::Ip4 ends =
        up ? build::Ip4{.src = "10.0.0.1", .dst = "10.0.0.2"} : build::Ip4{.src = "10.0.0.2", .dst = "10.0.0.1"};
    std::uint32_t& seq = next_[up ? 0 : 1];
    const build::Tcp tcp = up ? build::Tcp{.sport = 40000, .dport = port_, .seq = seq, .flags = flags}
                              : build::Tcp{.sport = port_, .dport = 40000, .seq = seq, .flags = flags};
    path_.at(ms_++, build::ethernet(build::ip4(ends, build::tcp(tcp, build::as_octets(text)))));
    seq += static_cast<std::uint32_t>(text.size()) + ((flags & kSyn) != 0 ? 1 : 0);
  }

  Path& path_;
  std::uint16_t port_;
  std::uint32_t next_[2] = {1000, 5000};
  std::uint64_t ms_ = 0;
};

engine::Options classifying() {
  engine::Options o = test::small_options();
  o.level = Level::classify;
  o.dpi_tcp_packets = 255;
  return o;
}

// One worker with an inspector, under a policy.
struct Judged {
  explicit Judged(const std::string& text, const engine::Options& options = classifying())
      : program(policy::program(text)), path(options, 1u << 20, &dpi) {
    path.adopt(program.get());
  }
  std::string records() {  // KIND LEVEL RULE, in order
    std::string out;
    for (const test::Kept& k : path.end()) {
      out += std::string(exporter::kKindLabels[static_cast<std::size_t>(k.head.kind)]) + ' ' +
             std::string(label(k.head.level)) + ' ' + std::string(program->name_of(k.head.rule)) + '\n';
    }
    EXPECT_EQ(test::held(path.state()), 0u);
    return out;
  }
  std::unique_ptr<policy::Program> program;
  test::CountingDpi dpi;
  Path path;
};

const test::Kept& last_flow(Judged& j) {
  static std::vector<test::Kept> flows;
  j.path.end();
  flows = j.path.of(Kind::flow);
  EXPECT_EQ(flows.size(), 1u);
  return flows.at(0);
}

}  // namespace

TEST(Judge, EachLevelWritesItsRecordsAndNoMore) {
  const auto records = [](const char* level) {
    Judged j("default: {level: " + std::string(level) + "}\n");
    Talk(j.path).get("www.example");
    return j.records();
  };
  EXPECT_EQ(records("ignore"), "");
  EXPECT_EQ(records("count"), "flow count default\n");
  EXPECT_EQ(records("metadata"), "http metadata default\nflow metadata default\n");
  EXPECT_EQ(records("classify"), "http classify default\nflow classify default\n");
}

TEST(Judge, BelowMetadataNothingIsReadAndBelowClassifyInspectionIsNotAsked) {
  Judged count("default: {level: count}\n");
  Talk(count.path).get("www.example");
  EXPECT_EQ(count.path.state().streams.live(), 0u);
  EXPECT_EQ(count.path.counters().sessions_started.sum(), 0u);
  EXPECT_EQ(last_flow(count).head.by, static_cast<std::uint8_t>(classify::By::nobody));

  Judged metadata("default: {level: metadata}\n");
  Talk talk(metadata.path);
  for (int i = 0; i < 6; ++i) talk.say(Dir::up, "neither of ours\n");
  EXPECT_EQ(metadata.dpi.stats().packets, 0u);
  EXPECT_EQ(last_flow(metadata).head.app, classify::kUnknown);
}

TEST(Judge, AtMetadataALabelIsWhatOurReadersFound) {
  Judged metadata("default: {level: metadata}\n");
  Talk(metadata.path).get("www.example");
  const test::Kept& flow = last_flow(metadata);
  EXPECT_EQ(flow.head.app, classify::kHttp);
  EXPECT_EQ(flow.head.by, static_cast<std::uint8_t>(classify::By::parser));
  Judged classify("default: {level: classify}\n");
  Talk(classify.path).get("www.example");
  EXPECT_EQ(last_flow(classify).head.app, 211);  // CountingDpi's, by the name
}

constexpr const char* kByName = R"(
default: {level: metadata}
rules:
- {name: hidden, level: ignore, match: {names: hidden.example}}
- {name: counted, level: count, match: {names: counted.example}}
)";

TEST(Judge, ANameThatBecomesKnownSettlesTheFlow) {
  Judged hidden(kByName);
  Talk(hidden.path).get("www.hidden.example");
  EXPECT_EQ(hidden.records(), "");
  EXPECT_EQ(hidden.path.counters().records_withheld.value(Kind::flow), 1u);
  Judged counted(kByName);
  Talk(counted.path).get("counted.example");
  EXPECT_EQ(counted.records(), "flow count counted\n");
  Judged other(kByName);
  Talk(other.path).get("www.example");
  EXPECT_EQ(other.records(), "http metadata default\nflow metadata default\n");
}

TEST(Judge, AFlowWithoutANameIsJudgedSoOnceItsFirstPayloadsAreSeen) {
  Judged j(kByName);
  Talk talk(j.path);
  EXPECT_EQ(engine::level_of(j.path.state().table.hot(0)), Level::ignore);
  talk.say(Dir::down, "220 ready\r\n");
  EXPECT_EQ(engine::level_of(j.path.state().table.hot(0)), Level::ignore);
  talk.say(Dir::up, "quit\r\n");
  EXPECT_EQ(engine::level_of(j.path.state().table.hot(0)), Level::metadata);
  EXPECT_EQ(j.records(), "flow metadata default\n");
}

TEST(Judge, AFlowWithoutPayloadHasNoName) {
  Judged j(kByName);
  Talk talk(j.path);
  EXPECT_EQ(j.records(), "flow metadata default\n");
}

TEST(Judge, AFlowJoinedMidwayMayHaveANameThatNobodySaw) {
  Judged j(kByName);
  const build::Tcp tcp{.sport = 40000, .dport = 80, .seq = 1, .flags = kAck};
  for (int i = 0; i < 4; ++i) {
    j.path.at(static_cast<std::uint64_t>(i), build::ethernet(build::ip4({}, build::tcp(tcp, build::as_octets("midst of it")))));
  }
  EXPECT_EQ(j.records(), "");
}

TEST(Judge, ANewPolicyHoldsFromTheNextPacketOn) {
  const auto low = policy::program("default: {level: count}\n");
  Judged j("default: {level: metadata}\n");
  Talk talk(j.path);
  talk.get("www.example");
  j.path.adopt(low.get());  // the same generation in this test's making, so nothing is judged anew …
  talk.get("www.example");
  EXPECT_EQ(j.path.of(Kind::http).size(), 2u);
  policy::Rules rules;
  rules.fallback.name = "default";
  rules.fallback.level = Level::count;
  const policy::Program next(rules, policy::kContext, 8);
  j.path.adopt(&next);
  EXPECT_EQ(j.path.state().http.live(), 1u);
  talk.get("www.example");
  EXPECT_EQ(j.path.of(Kind::http).size(), 2u);
  EXPECT_EQ(j.path.state().http.live(), 0u);
  const test::Kept& flow = last_flow(j);
  EXPECT_EQ(flow.head.level, Level::count);
  EXPECT_EQ(flow.head.generation, 8u);
}

TEST(Judge, ARaisedFlowIsReadFromThereOnAndSaysThatItIsNotAll) {
  Judged j("default: {level: count}\n");
  Talk talk(j.path);
  talk.get("www.example");
  policy::Rules rules;
  rules.fallback.name = "default";
  rules.fallback.level = Level::classify;
  const policy::Program next(rules, policy::kContext, 70'000);
  j.path.adopt(&next);
  talk.get("www.example");
  const test::Kept& flow = last_flow(j);
  EXPECT_EQ(j.path.of(Kind::http).size(), 1u);
  EXPECT_EQ(flow.head.level, Level::classify);
  EXPECT_EQ(flow.head.generation, 70'000u);
  EXPECT_NE(flow.head.flags & exporter::kHeadIncomplete, 0);
}

TEST(Judge, AFlowThatSawNoPacketSinceIsReportedUnderItsOwnPolicy) {
  Judged j("default: {level: metadata}\n");
  Talk(j.path).get("www.example");
  policy::Rules rules;
  const policy::Program next(rules, policy::kContext, 9);
  j.path.adopt(&next);
  const test::Kept& flow = last_flow(j);
  EXPECT_EQ(flow.head.level, Level::metadata);
  EXPECT_EQ(flow.head.generation, 7u);
}

TEST(Judge, InspectionEndsWithTheLevelAndBeginsWithIt) {
  Judged j("default: {level: classify}\n");
  Talk talk(j.path);
  talk.say(Dir::up, "neither of ours, a");  // its size makes CountingDpi think for some packets
  EXPECT_EQ(j.dpi.stats().live, 1u);
  policy::Rules rules;
  rules.fallback.level = Level::metadata;
  const policy::Program low(rules, policy::kContext, 8);
  j.path.adopt(&low);
  talk.say(Dir::up, "b");
  EXPECT_EQ(j.dpi.stats().live, 0u);
  rules.fallback.level = Level::classify;
  const policy::Program high(rules, policy::kContext, 9);
  j.path.adopt(&high);
  talk.say(Dir::up, "neither of ours, c");
  EXPECT_EQ(j.dpi.stats().flows, 2u);
  EXPECT_NE(last_flow(j).head.by, static_cast<std::uint8_t>(classify::By::nobody));
}

TEST(Judge, WhereNoNameCanBeKeptTheLeastLevelHolds) {
  engine::Options options = classifying();
  options.limits.names = 1;
  Judged j(kByName, options);
  j.path.state().names.claim();
  Talk(j.path).get("www.example");
  j.path.end();
  EXPECT_TRUE(j.path.of(Kind::flow).empty());
  EXPECT_EQ(j.path.counters().names_refused.value(), 1u);
}

TEST(Judge, ASampledFlowSaysSoWhereItWasChosen) {
  unsigned chosen = 0, counted = 0;
  Judged j("default: {level: metadata, sample: 4}\n");
  for (unsigned i = 0; i < 200; ++i) {
    const build::Udp udp{.sport = static_cast<std::uint16_t>(2000 + i), .dport = 9};
    j.path.at(i, build::ethernet(build::ip4({}, build::udp(udp, build::as_octets("x")))));
  }
  j.path.end();
  for (const test::Kept& k : j.path.of(Kind::flow)) {
    chosen += k.head.level == Level::metadata && k.head.sampled == 4 ? 1 : 0;
    counted += k.head.level == Level::count && k.head.sampled == 0 ? 1 : 0;
  }
  EXPECT_EQ(chosen + counted, 200u);
  EXPECT_GT(chosen, 20u);
  EXPECT_GT(counted, 100u);
}

TEST(Judge, OfALongNameTheEndIsKeptFromADotOn) {
  engine::Name n;
  n.keep("www.example");
  EXPECT_EQ(n.view(), "www.example");
  n.keep(std::string(60, 'a') + ".b.example");
  EXPECT_EQ(n.view(), ".b.example");
  n.keep(std::string(80, 'a'));
  EXPECT_EQ(n.view(), "");
}
