// Lanes on threads of their own, while another thread publishes policies, asks for flows, reads counters and empties the record
// rings: what it sees is whole at every moment, and at the end nothing is lost. Built with ThreadSanitizer, this is also the
// proof that their memory order is right.
#include "lib/engine/lane.h"

#include <array>
#include <thread>

#include "drivers/io/mem/source.h"
#include "lib/engine/census.h"
#include "lib/engine/snap.h"
#include "lib/metrics/published.h"
#include "test/unit/engine/path.h"

namespace pellucid {
namespace {

constexpr unsigned kLanes = 2, kFlows = 60, kPasses = 3000;
constexpr std::uint64_t kStart = test::Path::kStart;
using Programs = engine::Snap<policy::Program>;

// Datagrams of as many flows, half of which belong to the other lane.
std::vector<io::MemFrame> frames_of(unsigned lane) {
  std::vector<io::MemFrame> frames;
  for (unsigned i = 0; i < kFlows; ++i) {
    const std::string client = "10." + std::to_string(lane) + ".0." + std::to_string(i + 1);
    const build::Octets frame =
        build::ethernet(build::ip4({.src = client, .dst = "192.0.2.7"},
                                   build::udp({.sport = static_cast<std::uint16_t>(4000 + i * 7)}, build::as_octets("hi"))));
    frames.push_back({frame, kStart + i * 1000});
  }
  return frames;
}

std::uint64_t total(const metrics::Counter& c) { return c.value(); }
std::uint64_t total(const auto& family) { return family.sum(); }

struct One {
  One(unsigned n, const engine::Options& options)
      : number(n),
        source(frames_of(n), {.repeat = kPasses, .burst = 16, .keep = io::Keep::burst}),
        front({}, {}, net::flow_hash_plain, counters, kStart),
        worker(options, records, nullptr, counters) {}

  unsigned number;
  metrics::WorkerCounters counters;
  metrics::Published published;
  engine::Census census;
  Ring records{1u << 20};
  engine::Mail mail{1u << 16};  // from the other
  io::MemSource source;
  engine::Front front;
  engine::Worker worker;
  std::unique_ptr<engine::Lane> lane;
};

class Pair {
 public:
  Pair() : programs_(kLanes) {
    for (unsigned i = 0; i < kLanes; ++i) one_[i] = std::make_unique<One>(i, test::small_options());
    for (unsigned i = 0; i < kLanes; ++i) {
      std::vector<engine::Mail*> out(kLanes), in(kLanes);
      out[1 - i] = &one_[1 - i]->mail;
      in[1 - i] = &one_[i]->mail;
      One& one = *one_[i];
      one.lane = std::make_unique<engine::Lane>(engine::LaneParts{one.source, one.front, one.worker, one.counters, i, out, in});
    }
    publish();
  }
  void run() {
    std::vector<std::thread> threads;
    for (auto& one : one_) threads.emplace_back([this, &one = *one] { drive(one); });
    while (left_.load(std::memory_order_acquire) != 0) look();
    for (std::thread& t : threads) t.join();
    look();
  }
  void look() {
    publish();
    for (auto& one : one_) {
      if (one->published.answered()) {
        EXPECT_TRUE(!asked_ || metrics::broken_law(one->published.block(), metrics::Scope::block) == nullptr);
        one->published.ask();
      }
      if (!asked_) {
        EXPECT_TRUE(one->census.ask_flows({}, 1000));
      } else if (one->census.answered()) {
        EXPECT_LE(one->census.answer().lines.size(), kFlows * kLanes);
        for (const engine::FlowLine& line : one->census.answer().lines) EXPECT_LE(line.generation, generation_);
        lines_ += one->census.answer().lines.size();
        EXPECT_TRUE(one->census.ask_flows({}, 1000));
      }
      while (!one->records.peek().empty()) {
        ++records_;
        one->records.release();
      }
    }
    asked_ = true;
  }
  template <class Member>
  std::uint64_t sum(Member metrics::WorkerCounters::*counter) const {
    return total(one_[0]->counters.*counter) + total(one_[1]->counters.*counter);
  }
  const One& one(unsigned i) const { return *one_[i]; }
  std::uint64_t lines() const { return lines_; }
  std::uint64_t records() const { return records_; }
  unsigned generation() const { return generation_; }

 private:
  void publish() {
    policy::Rules rules;
    rules.fallback.level = generation_ % 2 == 0 ? policy::Level::metadata : policy::Level::count;
    if (programs_.publish(std::make_shared<const policy::Program>(rules, policy::Context{}, generation_ + 1))) ++generation_;
  }
  void drive(One& one) noexcept {
    programs_.online(one.number);
    const policy::Program* program = nullptr;
    std::uint64_t now = kStart;
    unsigned idle = 0;
    for (; idle < 100; now += 1'000'000) {
      if (const policy::Program* taken = programs_.take(one.number); taken != program) one.worker.adopt(program = taken);
      idle = one.lane->turn(now) == 0 ? idle + 1 : 0;
      one.published.offer(one.counters);
      one.census.step(one.worker.state());
    }
    // Nobody leaves while another may still send.
    for (std::atomic<unsigned>* senders : {&pulling_, &joining_}) {
      senders->fetch_sub(1, std::memory_order_release);
      for (;;) {
        const bool last = senders->load(std::memory_order_acquire) == 0;
        if (one.lane->drain() == 0 && last) break;
      }
    }
    while (one.lane->end()) std::this_thread::yield();
    programs_.offline(one.number);
    left_.fetch_sub(1, std::memory_order_release);
  }

  Programs programs_;
  std::array<std::unique_ptr<One>, kLanes> one_;
  std::atomic<unsigned> pulling_{kLanes}, joining_{kLanes}, left_{kLanes};
  unsigned generation_ = 0;
  bool asked_ = false;
  std::uint64_t lines_ = 0, records_ = 0;
};

TEST(Lanes, OnThreadsOfTheirOwnLoseNothingAndAreSeenWhole) {
  Pair pair;
  pair.run();
  using metrics::WorkerCounters;
  EXPECT_EQ(pair.sum(&WorkerCounters::packets), std::uint64_t{kLanes} * kFlows * kPasses);
  EXPECT_GT(pair.sum(&WorkerCounters::handover_taken), 0u);
  EXPECT_EQ(pair.sum(&WorkerCounters::handover_sent), pair.sum(&WorkerCounters::handover_taken));
  EXPECT_GT(pair.records(), 0u);
  EXPECT_EQ(pair.sum(&WorkerCounters::records_written), pair.records());
  EXPECT_GT(pair.lines(), 0u);
  EXPECT_GT(pair.generation(), 2u);
  for (unsigned i = 0; i < kLanes; ++i) {
    EXPECT_EQ(metrics::broken_law(pair.one(i).counters, metrics::Scope::block), nullptr);
    EXPECT_EQ(pair.one(i).counters.flows.value(), 0u);
  }
}

}  // namespace
}  // namespace pellucid
