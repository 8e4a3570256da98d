// Fail the n-th claim of a pool, the n-th push into the record ring, the n-th write of text, for every n until nothing fails
// any more; likewise everything from the n-th on. Whatever fails, the laws hold, nothing is kept, every line is whole.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/base/refuse.h"
#include "test/unit/engine/whole.h"
#include "test/unit/net/build.h"

namespace {

using namespace pellucid;

enum class Mode : std::uint8_t { once, onward };

// Who asked, by where it lies in the worker's state.
enum Pool : unsigned { kTable, kStreams, kSegments, kSpools, kTls, kHttp, kDns, kCandidates, kLayers, kRing, kPools };
using Tally = std::array<std::uint64_t, kPools>;

struct Faults {
  const engine::State* state = nullptr;  // null: nothing is counted, nothing fails
  std::uint64_t fails_at = 0;
  Mode mode = Mode::once;
  std::uint64_t asked = 0;
  Tally refused{};

  template <class Part>
  static bool within(const void* who, const Part& part) {
    const auto at = reinterpret_cast<std::uintptr_t>(who);
    const auto from = reinterpret_cast<std::uintptr_t>(&part);
    return at >= from && at < from + sizeof part;
  }
  Pool pool_of(Refusal what, const void* who) const {
    if (what == Refusal::ring) return kRing;
    const engine::State& s = *state;
    if (within(who, s.table)) return kTable;
    if (within(who, s.streams)) return who == &s.streams ? kStreams : kSegments;  // its first member, or the other pool
    if (within(who, s.spools)) return kSpools;
    if (within(who, s.tls)) return kTls;
    if (within(who, s.http)) return kHttp;
    if (within(who, s.dns)) return kDns;
    if (within(who, s.candidates)) return kCandidates;
    if (within(who, s.layers)) return kLayers;
    return kPools;  // the inspector's, which is not what is tested here
  }
  bool ask(Refusal what, const void* who) {
    if (state == nullptr) return false;
    const Pool pool = pool_of(what, who);
    if (pool == kPools) return false;
    const std::uint64_t n = asked++;
    const bool fails = mode == Mode::once ? n == fails_at : n >= fails_at;
    if (fails) ++refused[pool];
    return fails;
  }
};
Faults faults;

}  // namespace

bool pellucid::refuse(Refusal what, const void* who) noexcept { return faults.ask(what, who); }

namespace {

constexpr std::uint64_t kNever = ~std::uint64_t{0};

class SumDigests final : public crypto::Digests {  // no hash is wanted here, only text of the right length
 public:
  void md5(Bytes bytes, std::uint8_t (&out)[16]) const noexcept override { fill(bytes, out); }
  void sha1(Bytes bytes, std::uint8_t (&out)[20]) const noexcept override { fill(bytes, out); }
  void sha256(Bytes bytes, std::uint8_t (&out)[32]) const noexcept override { fill(bytes, out); }

 private:
  static void fill(Bytes bytes, MutBytes out) noexcept {
    for (std::uint8_t& o : out) o = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      out[i % out.size()] = static_cast<std::uint8_t>(out[i % out.size()] + bytes[i]);
  }
};

using build::Octets;

void add_frame(Octets& capture, const Octets& frame) {
  std::array<std::uint8_t, net::kPcapRecordHeader> head;
  const auto size = static_cast<std::uint32_t>(frame.size());
  net::write_pcap_record(head, {1'700'000'000'000'000'000 + capture.size() * 1000, size, size});
  capture.insert(capture.end(), head.begin(), head.end());
  capture.insert(capture.end(), frame.begin(), frame.end());
}

Octets empty_capture() {
  Octets capture(net::kPcapHeader);
  net::write_pcap_header(std::span<std::uint8_t, net::kPcapHeader>(capture.data(), net::kPcapHeader), 1);
  return capture;
}

// What real programs seldom do: an HTTP request in pieces too small to tell what it is, some of them out of order.
Octets in_small_pieces() {
  Octets capture = empty_capture();
  const auto send = [&capture](std::uint8_t flags, std::uint32_t seq, std::string_view text) {
    add_frame(capture, build::ethernet(build::ip4(
                           {}, build::tcp({.sport = 40000, .dport = 80, .seq = seq, .flags = flags}, build::as_octets(text)))));
  };
  send(2, 999, {});
  send(16, 1000, "GE");
  send(16, 1002, "T ");
  send(16, 1016, "1.1\r\nHost: a.example\r\n\r\n");
  send(16, 1013, "TP/");
  send(16, 1004, "/sm");
  send(16, 1007, "all");
  send(16, 1010, " HT");
  return capture;
}

Octets of_many_flows(std::uint16_t flows) {
  Octets capture = empty_capture();
  for (std::uint16_t i = 0; i < flows; ++i) {
    add_frame(capture, build::ethernet(build::ip4({}, build::udp({.sport = static_cast<std::uint16_t>(1000 + i), .dport = 9},
                                                                 build::as_octets("flood")))));
  }
  return capture;
}

std::vector<Octets> captures() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_CAPTURES)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Octets> found{in_small_pieces()};
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    found.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return found;
}

engine::Limits roomy() { return {128, 64, 256, 512, 64, 64, 32, 64, 64}; }

struct Outcome {
  std::uint64_t asked = 0;
  Tally refused{};
  std::uint64_t writes = 0;
  std::uint64_t lines = 0;
  std::uint64_t evicted = 0;
};

// One run; whatever was refused, what must hold is checked.
Outcome replay(Bytes capture, const engine::Limits& limits, std::uint64_t fails_at, Mode mode,
               std::uint64_t write_fails_at = kNever) {
  engine::Options options;
  options.limits = limits;
  options.update_ticks = engine::ticks(1.0);
  options.tls_wait_ticks = engine::ticks(5.0);
  static const SumDigests digests;
  exporter::Eve eve({}, digests, nullptr, nullptr);
  exporter::Tally tally;
  test::JudgeSink sink(write_fails_at);
  test::CountingDpi dpi;
  test::CaptureBytes source(capture);
  const auto lone = std::make_unique<engine::Lone>(options, net::ParseOptions{}, &dpi, eve, tally, &sink, 1u << 20);
  faults = {&lone->state(), fails_at, mode, 0, {}};
  lone->run(source);
  faults.state = nullptr;
  const metrics::WorkerCounters& c = lone->counters();
  const metrics::Law* broken = metrics::broken_law(c);
  EXPECT_EQ(broken, nullptr) << broken->name << ": " << broken->text;
  EXPECT_EQ(test::held(lone->state()), 0u);
  EXPECT_EQ(c.lines_written.value(), sink.lines());
  EXPECT_EQ(c.records_dropped.sum(), faults.refused[kRing]);
  if (fails_at != kNever) {                                // the pools are large enough: who was refused is who had to be
    EXPECT_GE(c.untracked.sum(), faults.refused[kTable]);  // frames: a datagram may have been several
    EXPECT_EQ(c.sessions_refused.value(flow::Reader::unknown), faults.refused[kStreams]);
    EXPECT_EQ(c.sessions_refused.value(flow::Reader::tls), faults.refused[kTls]);
    EXPECT_EQ(c.sessions_refused.value(flow::Reader::http), faults.refused[kHttp]);
    EXPECT_EQ(c.sessions_refused.value(flow::Reader::dns), faults.refused[kDns]);
  }
  return {faults.asked, faults.refused, sink.writes(), sink.lines(), c.flows_evicted.value()};
}

// Every n until a run in which nothing fails; gives what was refused in all of them.
Tally fail_each(Bytes capture, Mode mode) {
  Tally sum{};
  for (std::uint64_t n = 0;; ++n) {
    const Outcome run = replay(capture, roomy(), n, mode);
    for (unsigned i = 0; i < kPools; ++i) sum[i] += run.refused[i];
    if (run.asked <= n || ::testing::Test::HasFailure()) return sum;
  }
}

void expect_all_met(const Tally& sum) {
  for (unsigned i = 0; i < kPools; ++i) EXPECT_GT(sum[i], 0u) << "nothing was refused by pool " << i;
}

}  // namespace

TEST(Fault, WithoutFaultsEveryCaptureGivesLinesAndAsksForRoom) {
  for (const Octets& capture : captures()) {
    const Outcome run = replay(capture, roomy(), kNever, Mode::once);
    EXPECT_GT(run.asked, 0u);
    EXPECT_GT(run.lines, 0u);
    EXPECT_EQ(run.refused, Tally{});
  }
  EXPECT_EQ(replay(in_small_pieces(), roomy(), kNever, Mode::once).lines, 2u) << "a flow and a request that was put together";
}

TEST(Fault, TheNthClaimOrPushFailsForEveryN) {
  Tally sum{};
  for (const Octets& capture : captures()) {
    const Tally more = fail_each(capture, Mode::once);
    for (unsigned i = 0; i < kPools; ++i) sum[i] += more[i];
  }
  expect_all_met(sum);
}

TEST(Fault, EveryClaimAndPushFromTheNthOnFailsForEveryN) {
  Tally sum{};
  for (const Octets& capture : captures()) {
    const Tally more = fail_each(capture, Mode::onward);
    for (unsigned i = 0; i < kPools; ++i) sum[i] += more[i];
  }
  expect_all_met(sum);
}

TEST(Fault, TheNthWriteOfTextFailsForEveryNAndTheRestIsCountedAsDropped) {
  for (const Octets& capture : captures()) {
    const std::uint64_t whole = replay(capture, roomy(), kNever, Mode::once).lines;
    for (std::uint64_t n = 0;; ++n) {
      const Outcome run = replay(capture, roomy(), kNever, Mode::once, n);
      if (run.writes <= n) {
        EXPECT_EQ(run.lines, whole);
        break;
      }
      EXPECT_LT(run.lines, whole);
      EXPECT_EQ(run.writes, n + 1) << "what failed is not asked again";
    }
  }
}

// Real fullness: each pool in turn has one place, two, three … until it is large enough to change nothing.
TEST(Fault, EachPoolMayBeOfAnySizeUntilItIsLargeEnough) {
  Octets all;
  for (const Octets& capture : captures()) all.insert(all.end(), capture.begin() + (all.empty() ? 0 : 24), capture.end());
  const std::uint64_t whole = replay(all, roomy(), kNever, Mode::once).lines;
  for (std::uint32_t engine::Limits::*const pool :
       {&engine::Limits::streams, &engine::Limits::segments, &engine::Limits::spool_chunks, &engine::Limits::tls_sessions,
        &engine::Limits::http_sessions, &engine::Limits::dns_sessions, &engine::Limits::candidates, &engine::Limits::layers,
        &engine::Limits::dtls, &engine::Limits::quic_sessions}) {
    std::uint32_t size = 1;
    for (; size <= roomy().*pool; ++size) {
      engine::Limits limits = roomy();
      limits.*pool = size;
      const std::uint64_t lines = replay(all, limits, kNever, Mode::once).lines;
      ASSERT_FALSE(HasFailure());
      if (lines == whole) break;
    }
    EXPECT_LE(size, roomy().*pool);
  }
}

TEST(Fault, ATableWithoutRoomEvictsAndEveryFlowHasItsRecord) {
  engine::Limits limits = roomy();
  limits.flows = flow::Table::kMinCapacity;
  const Outcome run = replay(of_many_flows(1000), limits, kNever, Mode::once);
  EXPECT_GT(run.evicted, 0u);
  EXPECT_GT(run.lines, limits.flows);
}
