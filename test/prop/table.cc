// The flow table against std::map: any order of claims, finds, drops and evictions, full tables, and hashes from good to
// hopeless.
#include "lib/flow/table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>
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

std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ n >> 30) * 0xbf58'476d'1ce4'e5b9;
  n = (n ^ n >> 27) * 0x94d0'49bb'1331'11eb;
  return n ^ n >> 31;
}

// How a hash comes about: what a good one gives, and what a broken or known one could give.
struct Hashing {
  const char* name;
  std::uint64_t (*of)(std::uint32_t n);
  bool good;  // full only when every flow is in use
};
constexpr Hashing kHashings[] = {
    {"spread", [](std::uint32_t n) { return mixed(n + 1); }, true},
    {"few tags", [](std::uint32_t n) { return mixed(n + 1) & ~std::uint64_t{0xfffe}; }, true},
    {"no tag", [](std::uint32_t n) { return mixed(n + 1) & ~std::uint64_t{0xffff}; }, true},
    {"one worker's", [](std::uint32_t n) { return mixed(n + 1) >> 3; }, true},
    {"few hashes", [](std::uint32_t n) { return mixed(n % 13); }, false},
    {"one hash", [](std::uint32_t) { return std::uint64_t{0}; }, false},
    {"near hashes", [](std::uint32_t n) { return std::uint64_t{n}; }, false},
};

net::Key key_of(std::uint32_t n) {
  net::Key key{};
  std::memcpy(key.b + 12, &n, sizeof n);
  key.family = 6;
  return key;
}

class Model {
 public:
  Model(std::uint32_t capacity, const Hashing& hashing, unsigned seed) : table_(capacity), hashing_(hashing), random_(seed) {}

  void run(unsigned rounds, std::uint32_t universe) {
    for (unsigned i = 0; i < rounds && !testing::Test::HasFatalFailure(); ++i) {
      now_ += random_() % 3;
      const auto n = random_() % universe;
      const auto known = flows_.find(n);
      ASSERT_EQ(table_.find(key_of(n), hashing_.of(n)), known == flows_.end() ? kNone : known->second);
      if (known == flows_.end()) {
        come(n);
      } else if (random_() % 4 == 0) {
        leave(known);
      } else {
        touch(known->second);
      }
      ASSERT_EQ(table_.live(), flows_.size());
      if (i % 1000 == 0) compare();
    }
    compare();
  }
  unsigned evicted() const { return evicted_; }

 private:
  void come(std::uint32_t n) {
    std::uint32_t flow = table_.claim(key_of(n), hashing_.of(n));
    if (flow == kNone) {
      ASSERT_TRUE(!hashing_.good || table_.live() == table_.capacity());
      evict(n);
      flow = table_.claim(key_of(n), hashing_.of(n));
      ASSERT_NE(flow, kNone) << "the victim's place must do";
    }
    ASSERT_TRUE(owner_.emplace(flow, n).second) << "an index in use was given again";
    flows_[n] = flow;
    touch(flow);
  }
  void evict(std::uint32_t n) {
    ASSERT_EQ(table_.victim(hashing_.of(n), now_ - 0x7fff'0000), kNone) << "everybody is protected";
    const std::uint32_t victim = table_.victim(hashing_.of(n), now_ + 1);
    ASSERT_NE(victim, kNone);
    // Protecting the victim's tick gives one that was idle as long at least, or is settled where the first was not.
    const Hot& chosen = table_.hot(victim);
    const std::uint32_t other = table_.victim(hashing_.of(n), chosen.last_tick);
    if (other != kNone) {
      ASSERT_LT(static_cast<std::int32_t>(table_.hot(other).last_tick - chosen.last_tick), 0);
      ASSERT_EQ(chosen.tcp, TcpState::opening);
      ASSERT_EQ(table_.hot(other).tcp, TcpState::established);
    }
    ++evicted_;
    leave(flows_.find(owner_.at(victim)));
  }
  void leave(std::map<std::uint32_t, std::uint32_t>::iterator known) {
    owner_.erase(known->second);
    table_.drop(known->second);
    flows_.erase(known);
  }
  void touch(std::uint32_t flow) {
    table_.hot(flow).last_tick = now_;
    if (random_() % 4 == 0) table_.hot(flow).tcp = TcpState::established;
    if (table_.hot(flow).tcp == TcpState::none) table_.hot(flow).tcp = TcpState::opening;
  }
  void compare() {
    for (const auto& [n, flow] : flows_) ASSERT_EQ(table_.find(key_of(n), hashing_.of(n)), flow);
    auto expected = owner_.begin();
    table_.each([&](std::uint32_t flow) {
      ASSERT_NE(expected, owner_.end());
      ASSERT_EQ(flow, expected++->first);
      ASSERT_EQ(table_.hot(flow).key, key_of(owner_.at(flow)));
    });
    ASSERT_EQ(expected, owner_.end());
  }

  Table table_;
  const Hashing& hashing_;
  Random random_;
  std::uint32_t now_ = 0xffff'ff00;               // ticks wrap early on
  std::map<std::uint32_t, std::uint32_t> flows_;  // number → index
  std::map<std::uint32_t, std::uint32_t> owner_;  // index → number
  unsigned evicted_ = 0;
};

TEST(Table, AgreesWithAMapHoweverKeysHash) {
  for (const Hashing& hashing : kHashings) {
    for (unsigned seed = 0; seed < 4; ++seed) {
      SCOPED_TRACE(testing::Message() << hashing.name << ", seed " << seed);
      Model model(64 + 97 * seed, hashing, seed);
      model.run(8000, 700);
      if (testing::Test::HasFatalFailure()) return;
      EXPECT_GT(model.evicted(), 100u) << "this load is meant to meet the limit";
    }
  }
}

TEST(Table, AgreesWithAMapBelowItsCapacity) {
  for (unsigned seed = 10; seed < 13; ++seed) {
    Model model(5000, kHashings[0], seed);
    model.run(60'000, 5000);
    EXPECT_EQ(model.evicted(), 0u);
  }
}

TEST(Table, HardlyEverFindsItsBucketsFullBeforeItsFlowsAreUsed) {
  constexpr std::uint32_t kCapacity = 300'000;
  Table table(kCapacity);
  std::mt19937_64 random(7);
  for (std::uint32_t i = 0; i < kCapacity; ++i) ASSERT_NE(table.claim(key_of(i), random()), kNone);
  for (unsigned round = 0; round < 300'000; ++round) {  // a long life at full load
    const std::uint64_t hash = random();
    const std::uint32_t victim = table.victim(hash, 1);
    ASSERT_NE(victim, kNone);
    table.drop(victim);
    ASSERT_NE(table.claim(key_of(kCapacity + round), hash), kNone);
    ASSERT_EQ(table.live(), kCapacity);
  }
}

}  // namespace
}  // namespace pellucid::flow
