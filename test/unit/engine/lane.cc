#include "lib/engine/lane.h"

#include "drivers/io/mem/source.h"
#include "test/unit/engine/path.h"

using namespace pellucid;

namespace {

constexpr std::uint64_t kStart = test::Path::kStart;

// Two lanes stepped by one thread: each has frames of its own, whoever owns their flows.
struct Pair {
  struct Half {
    Half(const std::vector<io::MemFrame>& frames, std::size_t mail_bytes)
        : source(frames),
          records(1u << 20),
          from_other(mail_bytes),
          front({}, {}, net::flow_hash_plain, counters, kStart),
          worker(test::small_options(), records, nullptr, counters) {}
    io::MemSource source;
    metrics::WorkerCounters counters;
    Ring records;
    engine::Mail from_other;
    engine::Front front;
    engine::Worker worker;
    std::unique_ptr<engine::Lane> lane;
  };

  Pair(const std::vector<io::MemFrame>& left, const std::vector<io::MemFrame>& right, std::size_t mail_bytes = 1u << 18)
      : half{{left, mail_bytes}, {right, mail_bytes}} {
    for (unsigned i = 0; i < 2; ++i) {
      Half& h = half[i];
      engine::Mail* to = &half[1 - i].from_other;
      engine::Mail* from = &h.from_other;
      using Mails = std::vector<engine::Mail*>;
      h.lane = std::make_unique<engine::Lane>(engine::LaneParts{h.source, h.front, h.worker, h.counters, i,
                                                                i == 0 ? Mails{nullptr, to} : Mails{to, nullptr},
                                                                i == 0 ? Mails{nullptr, from} : Mails{from, nullptr}});
    }
  }
  void run() {
    std::uint64_t now = kStart;
    for (unsigned idle = 0; idle < 3; now += 1'000'000) {
      idle = half[0].lane->turn(now) + half[1].lane->turn(now) == 0 ? idle + 1 : 0;
    }
    while (half[0].lane->drain() + half[1].lane->drain() != 0) {
    }
    for (Half& h : half) {
      while (h.lane->end()) {
      }
    }
  }
  std::uint64_t sum(metrics::Counter metrics::WorkerCounters::*counter) const {
    return (half[0].counters.*counter).value() + (half[1].counters.*counter).value();
  }

  Half half[2];
};

std::vector<io::MemFrame> talk(std::uint16_t port, const char* src, const char* dst, unsigned packets) {
  std::vector<io::MemFrame> frames;
  for (unsigned i = 0; i < packets; ++i) {
    const auto frame = build::ethernet(
        build::ip4({.src = src, .dst = dst}, build::udp({.sport = port, .dport = 9}, build::as_octets("hello"))));
    frames.push_back({.bytes = frame, .ts_ns = kStart + i * 1'000'000ull});
  }
  return frames;
}

std::vector<io::MemFrame> many(unsigned flows, const char* src, const char* dst) {
  std::vector<io::MemFrame> frames;
  for (unsigned f = 0; f < flows; ++f) {
    for (auto& frame : talk(static_cast<std::uint16_t>(1000 + f), src, dst, 2)) frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace

TEST(Lane, PacketsThatCameByAnotherLaneReachTheOwnerOfTheirFlow) {
  Pair pair(many(40, "10.0.0.1", "10.0.0.2"), many(40, "10.0.0.1", "10.0.0.2"));  // each flow comes by both
  pair.run();
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::flows_created), 40u);
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::tracked), 160u);
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::handover_sent), 80u) << "each lane owns what the other must hand over";
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::handover_taken), 80u);
  EXPECT_GT(pair.half[0].counters.flows_created.value(), 5u);
  EXPECT_GT(pair.half[1].counters.flows_created.value(), 5u);
}

TEST(Lane, FragmentsThatComeByDifferentQueuesMeetAndTheirDatagramReachesItsOwner) {
  std::vector<io::MemFrame> side[2];
  constexpr unsigned kDatagrams = 60;
  for (std::uint16_t n = 0; n < kDatagrams; ++n) {
    const build::Segment whole = build::udp({.sport = static_cast<std::uint16_t>(2000 + n), .dport = 9}, build::Octets(64, 7));
    const std::string src = "10.0." + std::to_string(n) + ".1";
    for (unsigned piece = 0; piece < 3; ++piece) {
      const auto from = whole.bytes.begin() + piece * 24;
      const build::Segment part{whole.proto, {from, from + 24}};
      const auto place = static_cast<std::uint16_t>(piece * 3 | (piece < 2 ? 0x2000 : 0));
      const auto frame = build::ethernet(build::ip4({.src = src, .dst = "10.9.9.9", .id = n, .place = place}, part));
      side[(n + piece) % 2].push_back({.bytes = frame, .ts_ns = kStart + n * 1'000'000ull});
    }
  }
  Pair pair(side[0], side[1]);
  pair.run();
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::datagrams_joined), kDatagrams);
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::flows_created), kDatagrams);
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::tracked), 3 * kDatagrams) << "a datagram counts as all its frames";
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::handover_sent), pair.sum(&metrics::WorkerCounters::handover_taken));
  EXPECT_GT(pair.half[0].counters.datagrams_joined.value(), 5u);
  EXPECT_GT(pair.half[1].counters.datagrams_joined.value(), 5u);
}

TEST(Lane, MailThatIsFullCostsPacketsAndEachIsCounted) {
  Pair pair(many(200, "10.0.0.1", "10.0.0.2"), {}, 4096);
  pair.run();
  const auto lost = pair.sum(&metrics::WorkerCounters::handover_dropped);
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::tracked) + lost, 400u);
  for (const auto& h : pair.half) {
    const metrics::WorkerCounters& c = h.counters;
    EXPECT_EQ(c.packets.value() + c.handover_taken.value(),
              c.tracked.value() + c.handover_sent.value() + c.handover_dropped.value())
        << "the law of packets holds for each lane alone";
  }
}

TEST(Lane, FlowsEndWhenTimePassesThoughNothingComes) {
  Pair pair(talk(1000, "10.0.0.1", "10.0.0.2", 1), {});
  for (std::uint64_t s = 0; s < 70; ++s) {
    for (auto& h : pair.half) h.lane->turn(kStart + s * 1'000'000'000);
  }
  EXPECT_EQ(pair.sum(&metrics::WorkerCounters::flows_created), 1u);
  EXPECT_EQ(
      pair.half[0].counters.flows_ended.value(flow::End::timeout) + pair.half[1].counters.flows_ended.value(flow::End::timeout),
      1u);
}
