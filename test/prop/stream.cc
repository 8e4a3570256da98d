// TCP streams against a sorted map of bytes in which the first copy wins: any split, order, repetition and overlap, equal and
// differing content, both directions, across the wrap-around; and with pools too small, where only the laws are left.
#include "lib/flow/stream.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace pellucid::flow {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// One direction as it should be: positions are 64 bits wide and never wrap.
class Reference {
 public:
  void push(std::uint64_t at, Bytes bytes) {
    for (const std::uint8_t b : bytes) {
      if (at >= next_ && at < pass_to_) {
        next_ = at + 1;
      } else if (at >= next_) {
        first_.emplace(at, b);
      }
      ++at;
    }
  }
  void pass(std::uint64_t n) {
    pass_to_ = next_ + n;
    while (!first_.empty() && first_.begin()->first < pass_to_) {
      next_ = first_.begin()->first + 1;
      first_.erase(first_.begin());
    }
  }
  void end_pass() { pass_to_ = 0; }
  std::uint64_t left_to_pass() const { return pass_to_ > next_ ? pass_to_ - next_ : 0; }
  std::vector<std::uint8_t> read() {
    std::vector<std::uint8_t> out;
    for (auto it = first_.find(next_); it != first_.end() && it->first == next_; it = first_.erase(it), ++next_) {
      out.push_back(it->second);
    }
    return out;
  }
  std::uint64_t skip() {
    if (first_.empty()) return 0;
    const std::uint64_t missed = first_.begin()->first - next_;
    next_ = first_.begin()->first;
    return missed;
  }
  std::uint64_t held() const { return first_.size(); }
  std::uint64_t next() const { return next_; }

 private:
  std::map<std::uint64_t, std::uint8_t> first_;
  std::uint64_t next_ = 0;
  std::uint64_t pass_to_ = 0;  // bytes before it are not wanted
};

struct Shape {  // of the segments of a round
  std::uint64_t length;
  unsigned max_segment;
  unsigned window;     // how far out of order
  unsigned differing;  // of 100 segments
};

class Connection {
 public:
  Connection(Streams& streams, Random& random, const Shape& shape) : streams_(streams), random_(random), shape_(shape) {
    id_ = streams_.claim();
    for (unsigned d = 0; d < 2; ++d) {
      isn_[d] = random_();
      if (random_() % 2 == 0) isn_[d] = 0xffff'ffff - random_() % static_cast<std::uint32_t>(shape.length);  // it will wrap
      streams_.begin(id_, static_cast<Dir>(d), isn_[d]);
    }
  }
  ~Connection() { streams_.drop(id_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run() {
    while ((reference_[0].next() < shape_.length || reference_[1].next() < shape_.length) &&
           !testing::Test::HasFatalFailure()) {
      step(random_() % 2 == 0 ? Dir::up : Dir::down);
    }
  }

 private:
  void step(Dir dir) {
    Reference& reference = reference_[index(dir)];
    const std::uint64_t from = reference.next() > 200 ? reference.next() - 200 : 0;
    std::uint64_t at = from + random_() % shape_.window;
    if (random_() % 3 == 0) at = reference.next();  // so that it goes on
    std::vector<std::uint8_t> bytes(1 + random_() % shape_.max_segment);
    const std::uint8_t salt = random_() % 100 < shape_.differing ? static_cast<std::uint8_t>(1 + random_() % 3) : 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>((at + i) * 131 + salt);
    push(dir, at, bytes);
    if (random_() % 50 == 0) skip(dir);
    if (random_() % 100 == 0 && !streams_.passing(id_, dir)) pass(dir);
  }
  void push(Dir dir, std::uint64_t at, const std::vector<std::uint8_t>& bytes) {
    reference_[index(dir)].push(at, bytes);
    const Bytes now = streams_.push(id_, dir, isn_[index(dir)] + static_cast<std::uint32_t>(at), bytes);
    read(dir, now);
  }
  void pass(Dir dir) {
    const std::uint32_t n = 1 + random_() % (2 * shape_.window);
    reference_[index(dir)].pass(n);
    streams_.pass(id_, dir, n);
    read(dir, {});
  }
  void end_pass(Dir dir) {
    ASSERT_EQ(streams_.left_to_pass(id_, dir), reference_[index(dir)].left_to_pass());
    reference_[index(dir)].end_pass();
    streams_.end_pass(id_, dir);
  }
  void skip(Dir dir) {
    if (streams_.passing(id_, dir)) end_pass(dir);
    ASSERT_EQ(streams_.gapped(id_, dir), reference_[index(dir)].held() != 0);
    ASSERT_EQ(streams_.skip(id_, dir), reference_[index(dir)].skip());
    read(dir, streams_.next(id_, dir));
  }
  void read(Dir dir, Bytes now) {
    std::vector<std::uint8_t> got;
    if (streams_.passing(id_, dir) && streams_.left_to_pass(id_, dir) == 0) end_pass(dir);
    if (now.empty()) now = streams_.next(id_, dir);
    for (; !now.empty(); now = streams_.next(id_, dir)) got.insert(got.end(), now.begin(), now.end());
    ASSERT_EQ(got, reference_[index(dir)].read());
    ASSERT_FALSE(streams_.stuck(id_, dir)) << "these shapes keep to the bounds";
    ASSERT_EQ(streams_.held_bytes(id_), reference_[0].held() + reference_[1].held());
    ASSERT_TRUE(streams_.stats().balanced());
  }

  Streams& streams_;
  Random& random_;
  Shape shape_;
  std::uint32_t id_;
  std::uint32_t isn_[2];
  Reference reference_[2];
};

TEST(Stream, AgreesWithAMapInWhichTheFirstCopyWins) {
  constexpr Shape kShapes[] = {
      {400, 20, 300, 0},        {400, 20, 300, 50},        {2000, 100, 1000, 20},
      {20'000, 3000, 8000, 10}, {40'000, 9000, 20'000, 5}, {300, 1, 260, 30},
  };
  Streams streams(2, 1000);
  Random random(11);
  for (unsigned round = 0; round < 500; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    const Shape& shape = kShapes[round % std::size(kShapes)];
    if (shape.length > 10'000 && round % 5 != 0) continue;
    Connection(streams, random, shape).run();
    if (testing::Test::HasFatalFailure()) return;
    ASSERT_EQ(streams.live_segments(), 0u);
    ASSERT_EQ(streams.stats().held_bytes, 0u);
    ASSERT_TRUE(streams.stats().balanced());
  }
  const StreamStats& s = streams.stats();
  EXPECT_GT(s.in_order, 1000u);
  EXPECT_GT(s.out_of_order, 1000u);
  EXPECT_GT(s.overlapping, 1000u);
  EXPECT_GT(s.differing, 1000u);
  EXPECT_GT(s.gaps, 1000u);
  EXPECT_GT(s.wiped_bytes, 0u);
  EXPECT_GT(s.passed_bytes, 1000u);
  EXPECT_EQ(s.refused, 0u);
}

// A sender whose bytes are known by their place: whatever is refused and skipped, what is read must be right where it is.
class Starved {
 public:
  Starved(Streams& streams, Random& random) : streams_(streams), random_(random) {}

  void step() {
    if (id_ == kNone || random_() % 200 == 0) return reset();
    std::uint64_t at = next_ + random_() % 400'000;
    if (random_() % 4 == 0) at = next_ > 50 ? next_ - random_() % 50 : next_;
    std::vector<std::uint8_t> bytes(1 + random_() % 4000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(at + i);
    push(at, bytes);
    if (!streams_.stuck(id_, Dir::down)) return;
    next_ += streams_.skip(id_, Dir::down);
    read(streams_.next(id_, Dir::down));
    push(at, bytes);
  }
  void drop() {
    if (id_ != kNone) streams_.drop(id_);
    id_ = kNone;
  }

 private:
  static std::uint8_t byte_at(std::uint64_t at) { return static_cast<std::uint8_t>(at * 2654435761u >> 13); }

  void reset() {
    drop();
    id_ = streams_.claim();
    next_ = 0;
    isn_ = random_();
    if (id_ != kNone) streams_.begin(id_, Dir::down, isn_);
  }
  void push(std::uint64_t at, const std::vector<std::uint8_t>& bytes) {
    read(streams_.push(id_, Dir::down, isn_ + static_cast<std::uint32_t>(at), bytes));
  }
  void read(Bytes now) {
    for (; !now.empty(); now = streams_.next(id_, Dir::down)) {
      for (const std::uint8_t b : now) ASSERT_EQ(b, byte_at(next_++));
    }
    ASSERT_EQ(streams_.next_seq(id_, Dir::down), isn_ + static_cast<std::uint32_t>(next_));
    ASSERT_LE(streams_.held_bytes(id_), Streams::kMaxHeldBytes);
  }

  Streams& streams_;
  Random& random_;
  std::uint32_t id_ = kNone;
  std::uint32_t isn_ = 0;
  std::uint64_t next_ = 0;
};

TEST(Stream, KeepsItsLawsWhenEveryPoolIsTooSmall) {
  Random random(12);
  for (const std::uint32_t segments : {0u, 1u, 5u, 60u, 200u}) {
    SCOPED_TRACE(testing::Message() << segments << " segments");
    Streams streams(3, segments);
    std::vector<Starved> flows(4, Starved(streams, random));
    for (unsigned round = 0; round < 4000 && !testing::Test::HasFatalFailure(); ++round) {
      flows[random() % flows.size()].step();
      ASSERT_TRUE(streams.stats().balanced());
      ASSERT_LE(streams.live_segments(), segments);
    }
    EXPECT_GT(streams.stats().refused, 10u);
    EXPECT_GT(streams.stats().delivered_bytes, 100'000u);
    for (Starved& f : flows) f.drop();
    EXPECT_EQ(streams.live_segments(), 0u);
    EXPECT_EQ(streams.live(), 0u);
    EXPECT_EQ(streams.stats().held_bytes, 0u);
    EXPECT_TRUE(streams.stats().balanced());
  }
}

}  // namespace
}  // namespace pellucid::flow
