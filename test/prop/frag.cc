// Random datagrams, cut at random places, shuffled, doubled, mixed with each other: what comes out is what went in, and where
// copies differ it is what a plain octet-by-octet reference says.
#include "lib/net/frag.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "lib/net/parse.h"
#include "test/unit/net/build.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); }

Octets noise(Random& random, std::size_t n) {
  Octets out(n);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

struct Cut {
  std::size_t from;
  std::size_t to;
};

std::vector<Cut> cuts_of(Random& random, std::size_t size) {
  std::vector<Cut> cuts;
  for (std::size_t at = 0; at < size;) {
    const std::size_t to = std::min(size, at + 8 * (1 + below(random, 60)));
    cuts.push_back({at, to});
    at = to;
  }
  return cuts;
}

enum class Family : std::uint8_t { v4, v6 };

Octets frame_of(Family family, std::uint16_t id, const Octets& data, Cut cut) {
  const Octets stretch(data.begin() + static_cast<long>(cut.from), data.begin() + static_cast<long>(cut.to));
  const bool more = cut.to < data.size();
  if (family == Family::v6) return ethernet(ip6({}, fragment6(id, cut.from, more, {253, stretch})));
  const auto place = static_cast<std::uint16_t>(cut.from / 8 | (more ? 0x2000u : 0u));
  return ethernet(ip4({.id = id, .place = place}, {253, stretch}));
}

struct Bench {
  net::Frags frags;
  net::Key key{};
  net::Row row{};
  std::uint64_t given = 0;

  bool give(const Octets& frame) {
    row = row_of(frame);
    net::read_headers(row, key, {});
    EXPECT_EQ(row.fate, net::Fate::fragment);
    ++given;
    const bool whole = frags.add(row, 0);
    if (whole) net::read_headers(row, key, {});
    const net::FragStats& s = frags.stats();
    EXPECT_EQ(given, s.held + s.refused);
    EXPECT_EQ(s.held, s.joined + s.timed_out + s.evicted + s.refused_after_held + frags.pending());
    return whole;
  }
  Octets data() const {
    const Bytes bytes = row.payload_bytes();
    return {bytes.begin(), bytes.end()};
  }
};

struct Sent {
  std::uint16_t id;
  Octets frame;
};

TEST(FragProperty, ShuffledAndDoubledPiecesOfManyDatagramsComeOutAsTheyWere) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Family family = seed % 2 == 0 ? Family::v4 : Family::v6;
    std::map<std::uint16_t, Octets> datagrams;
    std::vector<Sent> wire;
    for (std::uint16_t id = 0; id < 12; ++id) {
      const Octets data = noise(random, 9 + below(random, 6000));
      auto cuts = cuts_of(random, data.size());
      if (cuts.size() == 1) cuts = {{0, 8}, {8, data.size()}};
      for (const Cut& cut : cuts) {
        wire.push_back({id, frame_of(family, id, data, cut)});
        if (below(random, 4) == 0) wire.push_back(wire.back());
      }
      datagrams[id] = data;
    }
    std::shuffle(wire.begin(), wire.end(), random);
    Bench b;
    std::map<std::uint16_t, Octets> out;
    for (const Sent& sent : wire) {
      if (!b.give(sent.frame)) continue;
      ASSERT_EQ(b.row.fate, net::Fate::flow);
      EXPECT_EQ(b.data(), datagrams[sent.id]);  // a datagram all of whose pieces came twice may come out twice
      out[sent.id] = b.data();
      b.frags.recycle();
    }
    EXPECT_EQ(out, datagrams) << "seed " << seed;
  }
}

TEST(FragProperty, WhereCopiesDifferTheFirstOneStands) {
  for (unsigned seed = 0; seed < 80; ++seed) {
    Random random(seed);
    const std::size_t size = 64 + 8 * below(random, 200) + below(random, 8);
    std::vector<int> reference(size, -1);
    Bench b;
    bool whole = false;
    for (unsigned tries = 0; tries < 100'000 && !whole; ++tries) {
      const Octets data = noise(random, size);  // every fragment tells another story
      const std::size_t from = 8 * below(random, (size + 7) / 8);
      const std::size_t to = std::min(size, from + 8 * (1 + below(random, 20)));
      if (from == 0 && to == size) continue;  // that would be no fragment
      const std::uint64_t refused = b.frags.stats().refused;
      whole = b.give(frame_of(Family::v4, 1, data, {from, to}));
      if (b.frags.stats().refused != refused) continue;
      for (std::size_t i = from; i < to; ++i) {
        if (reference[i] < 0) reference[i] = data[i];
      }
    }
    ASSERT_TRUE(whole) << "seed " << seed;
    const Octets out = b.data();
    ASSERT_EQ(out.size(), size);
    EXPECT_TRUE(std::equal(out.begin(), out.end(), reference.begin())) << "seed " << seed;
  }
}

TEST(FragProperty, AFloodOfUnfinishedDatagramsKeepsEveryLaw) {
  Random random(11);
  Bench b;
  for (unsigned i = 0; i < 8000; ++i) {
    const std::size_t from = 8 * below(random, 4000);
    const Octets stretch = noise(random, 8 * (1 + below(random, 180)));
    const bool more = below(random, 5) != 0;
    const auto place = static_cast<std::uint16_t>(from / 8 | (more ? 0x2000u : 0u));
    b.give(ethernet(ip4({.id = static_cast<std::uint16_t>(below(random, 3000)), .place = place}, {253, stretch})));
    if (i % 64 == 0) b.frags.recycle();
  }
  EXPECT_GT(b.frags.stats().evicted, 0u);
  b.frags.expire(net::Frags::kTimeoutTicks + 1);
  EXPECT_GT(b.frags.stats().timed_out, 0u);
}

}  // namespace
}  // namespace pellucid
