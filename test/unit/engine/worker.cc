#include "lib/engine/worker.h"

#include "test/unit/engine/path.h"

using namespace pellucid;
using build::Octets;
using exporter::Kind;
using test::Path;

namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

struct Ends {
  const char* client = "10.0.0.1";
  const char* server = "10.0.0.2";
  std::uint16_t port = 40000;
};

Octets up(std::uint8_t flags, std::uint32_t seq, const Octets& payload = {}, const Ends& e = {}) {
  return build::ethernet(build::ip4({.src = e.client, .dst = e.server},
                                    build::tcp({.sport = e.port, .dport = 443, .seq = seq, .flags = flags}, payload)));
}
Octets down(std::uint8_t flags, std::uint32_t seq, const Octets& payload = {}, const Ends& e = {}) {
  return build::ethernet(build::ip4({.src = e.server, .dst = e.client},
                                    build::tcp({.sport = 443, .dport = e.port, .seq = seq, .flags = flags}, payload)));
}
Octets datagram(std::uint16_t port, const Octets& payload) {
  return build::ethernet(
      build::ip4({.src = "10.0.0.1", .dst = "10.0.0.2"}, build::udp({.sport = port, .dport = 9999}, payload)));
}

void open(Path& path, std::uint64_t ms = 0) {
  path.at(ms, up(kSyn, 1000));
  path.at(ms + 1, down(kSyn | kAck, 5000));
  path.at(ms + 2, up(kAck, 1001));
}

Octets piece_of(const Octets& whole, std::size_t at, std::size_t size) {
  const Bytes piece = Bytes{whole}.subspan(at, std::min(size, whole.size() - at));
  return {piece.begin(), piece.end()};
}
Octets request() { return build::as_octets("GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n"); }
Octets response() { return build::as_octets("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); }

}  // namespace

TEST(Worker, AWholeConnectionIsOneFlowWithBothDirectionsCounted) {
  Path path;
  open(path);
  path.at(10, up(kFin | kAck, 1001));
  path.at(11, down(kFin | kAck, 5001));
  path.end();
  const auto flows = path.of(Kind::flow);
  ASSERT_EQ(flows.size(), 1u);
  const auto body = flows[0].as<exporter::FlowBody>();
  EXPECT_EQ(body.packets[0], 3u);
  EXPECT_EQ(body.packets[1], 2u);
  EXPECT_EQ(body.end, flow::End::closed);
  EXPECT_EQ(body.last_ns - body.first_ns, 11 * Path::kMilli);
  EXPECT_EQ(flows[0].head.sport, 40000);
  EXPECT_EQ(body.flags & (flow::kFlowMidstream | flow::kFlowOneSided | flow::kFlowAssumed), 0);
}

TEST(Worker, AFlowSilentForLongerThanItsTimeoutEndsAndTheNextPacketBeginsAnother) {
  Path path;
  path.at(0, datagram(1111, build::as_octets("one")));
  path.at(59'000, datagram(1111, build::as_octets("two")));
  path.at(125'000, datagram(1111, build::as_octets("three")));
  path.end();
  const auto flows = path.of(Kind::flow);
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[0].as<exporter::FlowBody>().packets[0], 2u);
  EXPECT_EQ(flows[0].as<exporter::FlowBody>().end, flow::End::timeout);
  EXPECT_EQ(flows[1].as<exporter::FlowBody>().packets[0], 1u);
  EXPECT_NE(flows[0].head.flow_id, flows[1].head.flow_id);
}

TEST(Worker, TheTimerEndsAFlowThatNoPacketFollows) {
  Path path;
  path.at(0, datagram(1111, build::as_octets("one")));
  for (std::uint64_t ms = 0; ms < 70'000; ms += 500) path.at(ms, datagram(2222, build::as_octets("other")));
  EXPECT_EQ(path.of(Kind::flow).size(), 1u);
  path.end();
}

TEST(Worker, ASynOnAClosedConnectionBeginsAnotherFlow) {
  Path path;
  open(path);
  path.at(10, down(kRst, 5001));
  path.at(20, up(kSyn, 90'000));
  path.end();
  ASSERT_EQ(path.of(Kind::flow).size(), 2u);
  EXPECT_EQ(path.of(Kind::flow)[0].as<exporter::FlowBody>().end, flow::End::closed);
}

TEST(Worker, AFullTableEvictsTheLongestSilentFlowAndCountsIt) {
  auto options = test::small_options();
  options.limits.flows = 64;
  Path path(options);
  for (std::uint16_t i = 0; i < 200; ++i)
    path.at(i * 20u, datagram(static_cast<std::uint16_t>(1000 + i), build::as_octets("x")));
  path.end();
  EXPECT_EQ(path.counters().flows_created.value(), 200u);
  EXPECT_GE(path.counters().flows_evicted.value(), 136u);
  EXPECT_EQ(path.counters().untracked.sum(), 0u);
}

TEST(Worker, AConnectionJoinedMidwayIsMarkedAndTheRequestSaysWhoTheClientIs) {
  Path path;
  path.at(0, down(kAck, 5001, build::as_octets("tail of something")));
  path.at(1, up(kAck, 1001, request()));
  path.at(2, down(kAck, 5018, response()));
  path.end();
  const auto flows = path.of(Kind::flow);
  ASSERT_EQ(flows.size(), 1u);
  EXPECT_NE(flows[0].as<exporter::FlowBody>().flags & flow::kFlowMidstream, 0);
  EXPECT_EQ(flows[0].head.sport, 40000) << "the client is the source";
  EXPECT_EQ(flows[0].head.flags & exporter::kHeadAssumed, 0);
  EXPECT_EQ(flows[0].as<exporter::FlowBody>().packets[0], 1u);
  EXPECT_EQ(flows[0].as<exporter::FlowBody>().packets[1], 2u);
}

TEST(Worker, AOneSidedFlowIsMarkedAndItsRequestIsStillRecorded) {
  Path path;
  path.at(0, up(kSyn, 1000));
  path.at(1, up(kAck, 1001));
  path.at(2, up(kAck, 1001, request()));
  path.end();
  ASSERT_EQ(path.of(Kind::flow).size(), 1u);
  EXPECT_NE(path.of(Kind::flow)[0].as<exporter::FlowBody>().flags & flow::kFlowOneSided, 0);
  ASSERT_EQ(path.of(Kind::http).size(), 1u);
  EXPECT_TRUE(path.of(Kind::http)[0].part(exporter::Part::http_response).empty());
}

TEST(Worker, MulticastDnsIsAKindOfItsOwnOverUdp) {
  const build::Octets query{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 5, 'l', 'o', 'c', 'a', 'l', 0, 0, 1, 0, 1};
  Path path;
  for (const std::uint16_t port : std::vector<std::uint16_t>{5353, 5355, 53})
    path.at(0, build::ethernet(build::ip4({}, build::udp({.sport = 5000, .dport = port}, query))));
  path.end();
  EXPECT_EQ(path.of(Kind::mdns).size(), 1u);
  EXPECT_EQ(path.of(Kind::dns).size(), 2u);
}

TEST(Worker, SegmentsOutOfOrderAreReadInOrder) {
  Path path;
  open(path);
  const Octets whole = request();
  const Octets first(whole.begin(), whole.begin() + 10), second(whole.begin() + 10, whole.end());
  path.at(5, up(kAck, 1011, second));
  path.at(6, up(kAck, 1001, first));
  path.at(7, down(kAck, 5001, response()));
  path.end();
  ASSERT_EQ(path.of(Kind::http).size(), 1u);
  EXPECT_EQ(as_text(path.of(Kind::http)[0].part(exporter::Part::http_request)).substr(0, 6), "GET /a");
}

TEST(Worker, ARequestThatComesOctetByOctetIsRecognised) {
  Path path;
  open(path);
  std::uint32_t seq = 1001;
  for (const std::uint8_t octet : request()) {
    path.at(5 + seq - 1001, up(kAck, seq, {octet}));
    ++seq;
  }
  path.end();
  EXPECT_EQ(path.of(Kind::http).size(), 1u);
}

TEST(Worker, BytesBehindAGapThatNeverFillsAreReadWhenTheFlowEnds) {
  Path path;
  open(path);
  path.at(5, up(kAck, 1501, request()));  // 500 octets before it are missing
  path.end();
  EXPECT_EQ(path.of(Kind::http).size(), 1u);
}

TEST(Worker, ARecordWhoseHeadersWereCutOrHadAGapIsMarkedIncomplete) {
  for (const char* const what : {"whole", "cut", "gap"}) {
    Path path;
    open(path);
    const std::string field(*what == 'c' ? http::kMaxHead : 1000, 'x');
    const Octets long_one = build::as_octets("GET /a HTTP/1.1\r\nCookie: " + field + "\r\nHost: example.org\r\n\r\n");
    std::uint32_t at = 0;
    for (; at < long_one.size(); at += 500) {
      const Octets piece = piece_of(long_one, at, 500);
      if (*what != 'g' || at != 500) path.at(10 + at, up(kAck, 1001 + at, piece));
    }
    path.at(20'000, down(kAck, 5001, response()));
    path.end();
    const auto found = path.of(Kind::http);
    const auto marked =
        std::ranges::count_if(found, [](const auto& record) { return (record.head.flags & exporter::kHeadIncomplete) != 0; });
    EXPECT_EQ(marked, *what == 'w' ? 0 : 1) << what;
    EXPECT_EQ(found.size(), *what == 'g' ? 2u : 1u) << what;  // what waited behind a gap is read after the response
  }
}

TEST(Worker, ADnsMessageThatIsTooLongIsKeptAsFarAsItFitsAndMarkedIncomplete) {
  for (const std::size_t size : {dns::kMaxKept - 100, dns::kMaxKept + 100}) {
    Path path;
    open(path);
    Octets message;
    build::put16(message, size);
    build::put(message, {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1});
    message.resize(size + 2);
    for (std::uint32_t at = 0; at < message.size(); at += 1000) {
      const Octets piece = piece_of(message, at, 1000);
      path.at(10 + at, up(kAck, 1001 + at, piece));
    }
    path.end();
    const auto found = path.of(Kind::dns);
    ASSERT_EQ(found.size(), 1u) << size;
    EXPECT_EQ((found[0].head.flags & exporter::kHeadIncomplete) != 0, size > dns::kMaxKept) << size;
  }
}

TEST(Worker, AFullRecordRingCostsRecordsAndCountsThem) {
  metrics::WorkerCounters counters;
  Ring records(4096);
  const engine::Options options = test::small_options();
  engine::Front front({}, options.secret, net::flow_hash_plain, counters);
  engine::Worker worker(options, records, nullptr, counters);
  auto burst = std::make_unique<net::Burst>();
  for (std::uint16_t i = 0; i < 50; ++i) {
    const Octets frame = datagram(static_cast<std::uint16_t>(1000 + i), build::as_octets("x"));
    burst->n = 1;
    burst->row[0] = build::row_of(frame);
    front.read(*burst);
    worker.turn(*burst);
  }
  while (worker.finish(front.now())) {
  }
  EXPECT_EQ(counters.records_made.at(Kind::flow).value(), 50u);
  EXPECT_GT(counters.records_dropped.at(Kind::flow).value(), 0u);
  EXPECT_EQ(counters.records_made.sum(), counters.records_written.sum() + counters.records_dropped.sum());
}

TEST(Worker, LongFlowsGiveUpdatesThatGrow) {
  auto options = test::small_options();
  options.update_ticks = engine::ticks(60.0);
  Path path(options);
  for (std::uint64_t minute = 0; minute < 5; ++minute) {
    path.at(minute * 50'000, datagram(1111, build::as_octets("x")));
  }
  path.end();
  const auto updates = path.of(Kind::flow_update);
  ASSERT_EQ(updates.size(), 2u) << "at 100 s and at 200 s: the first packets at least 60 s after the one before";
  EXPECT_LT(updates[0].as<exporter::FlowBody>().packets[0], updates[1].as<exporter::FlowBody>().packets[0]);
}

TEST(Worker, AllMemoryIsBackWhenAllFlowsHaveEnded) {
  Path path;
  for (std::uint16_t i = 0; i < 60; ++i) {
    const Ends e{.port = static_cast<std::uint16_t>(41000 + i)};
    path.at(i * 3u, up(kSyn, 1000, {}, e));
    path.at(i * 3u + 1, down(kSyn | kAck, 5000, {}, e));
    path.at(i * 3u + 2, up(kAck, 1001 + 7 * (i % 3), build::as_octets("GET / HT"), e));
  }
  path.end();
  engine::State& s = path.state();
  EXPECT_EQ(s.table.live(), 0u);
  EXPECT_EQ(s.streams.live(), 0u);
  EXPECT_EQ(s.streams.live_segments(), 0u);
  EXPECT_EQ(s.spools.live_chunks(), 0u);
  EXPECT_EQ(s.http.live(), 0u);
  EXPECT_EQ(s.candidates.live(), 0u);
}

TEST(Worker, TagsAndTunnelsStandInTheFlowsRecord) {
  Path path;
  const Octets inner = up(kSyn, 1000);
  path.at(0, build::ethernet(build::vlan(7, build::ip4({.src = "192.0.2.1", .dst = "192.0.2.2"},
                                                       build::udp({.sport = 5, .dport = 4789}, build::vxlan(42, inner))))));
  path.end();
  ASSERT_EQ(path.of(Kind::flow).size(), 1u);
  net::Layers layers;
  ASSERT_TRUE(exporter::read_record(path.of(Kind::flow)[0].message).layers(layers));
  ASSERT_EQ(layers.tags, 1);
  EXPECT_EQ(layers.tag[0], 7);
  ASSERT_EQ(layers.outers, 1);
  EXPECT_EQ(layers.outer[0].type, net::Wrap::vxlan);
  EXPECT_EQ(layers.outer[0].id, 42u);
  EXPECT_EQ(path.of(Kind::flow)[0].head.dport, 443);
}

TEST(Coverage, PayloadCountsWhereTheReaderOfTheMomentSays) {
  Path path;
  open(path);
  path.at(3, up(kAck, 1001, request()));
  path.at(4, down(kAck, 5001, response()));
  path.at(5, datagram(1111, build::as_octets("seven77")));
  EXPECT_EQ(path.counters().payload_bytes.value(), request().size() + response().size() + 7);
  EXPECT_EQ(path.counters().coverage.value(metrics::Coverage::clear), request().size() + response().size());
  EXPECT_EQ(path.counters().coverage.value(metrics::Coverage::not_requested), 7u);
  path.end();
}

TEST(Coverage, WhatNoFlowTookInIsLost) {
  engine::Options options = test::small_options();
  options.limits.flows = 64;
  Path path(options);
  std::vector<Octets> burst;
  for (std::uint16_t i = 0; i < 64; ++i)
    burst.push_back(datagram(static_cast<std::uint16_t>(2000 + i), build::as_octets("abc")));
  path.burst_at(0, burst);
  path.burst_at(0, {datagram(3000, build::as_octets("abc"))});  // no flow of this very tick may leave for it
  ASSERT_NE(path.counters().untracked.sum(), 0u);
  EXPECT_EQ(path.counters().payload_bytes.value(), 65u * 3);
  EXPECT_EQ(path.counters().coverage.value(metrics::Coverage::lost), 3 * path.counters().untracked.sum());
  path.end();
}
