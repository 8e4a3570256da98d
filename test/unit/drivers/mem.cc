#include "drivers/io/mem/source.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace pellucid::io {
namespace {

std::vector<MemFrame> some(unsigned n) {
  std::vector<MemFrame> frames;
  for (unsigned i = 0; i < n; ++i) {
    MemFrame f;
    f.bytes.assign(i + 1, static_cast<std::uint8_t>('a' + i % 26));
    f.ts_ns = 5'000'000 + 1000ull * i;
    f.link = i % 2 == 0 ? net::Link::ethernet : net::Link::raw_ip;
    f.iface = static_cast<std::uint16_t>(i);
    f.wire_len = i == 1 ? 1500 : 0;
    frames.push_back(f);
  }
  return frames;
}

TEST(MemSource, GivesItsFramesInOrder) {
  MemSource source(some(100));
  const auto burst = std::make_unique<net::Burst>();
  std::uint32_t at = 0;
  while (source.pull(*burst)) {
    for (std::uint32_t i = 0; i < burst->n; ++i, ++at) {
      const net::Row& r = burst->row[i];
      EXPECT_EQ(as_text(r.bytes()), std::string(at + 1, static_cast<char>('a' + at % 26)));
      EXPECT_EQ(r.ts_ns, 5'000'000 + 1000ull * at);
      EXPECT_EQ(r.link, at % 2 == 0 ? net::Link::ethernet : net::Link::raw_ip);
      EXPECT_EQ(r.iface, at);
      EXPECT_EQ(r.frames, 1);
      EXPECT_EQ(r.wire_len, at == 1 ? 1500u : at + 1);
      EXPECT_EQ(r.flags, at == 1 ? net::kRowShort : 0);
    }
  }
  EXPECT_EQ(at, 100u);
  EXPECT_FALSE(source.pull(*burst));
  EXPECT_EQ(burst->n, 0u);
  EXPECT_EQ(source.failure(), "");
}

TEST(MemSource, RepeatsWithTimesThatGoOn) {
  MemSource source(some(3), {.repeat = 3, .burst = 2});
  const auto burst = std::make_unique<net::Burst>();
  std::vector<std::uint64_t> times;
  while (source.pull(*burst)) {
    EXPECT_LE(burst->n, 2u);
    for (std::uint32_t i = 0; i < burst->n; ++i) times.push_back(burst->row[i].ts_ns);
  }
  ASSERT_EQ(times.size(), 9u);
  for (unsigned i = 0; i < 9; ++i) EXPECT_EQ(times[i], 5'000'000 + 1000ull * (i % 3) + (i / 3) * (2000 + MemSource::kGapNs));
  EXPECT_FALSE(source.pull(*burst));
}

TEST(MemSource, WithoutFramesEndsAtOnce) {
  MemSource source({}, {.repeat = 5});
  const auto burst = std::make_unique<net::Burst>();
  EXPECT_FALSE(source.pull(*burst));
}

TEST(MemSource, LendsABurstOnlyUntilTheNextPullIfAsked) {
  MemSource keeping(some(10), {.burst = 5, .keep = Keep::all});
  MemSource lending(some(10), {.burst = 5, .keep = Keep::burst});
  const auto kept = std::make_unique<net::Burst>();
  const auto lent = std::make_unique<net::Burst>();
  while (keeping.pull(*kept)) {
    ASSERT_TRUE(lending.pull(*lent));
    ASSERT_EQ(lent->n, kept->n);
    for (std::uint32_t i = 0; i < lent->n; ++i) {
      EXPECT_EQ(as_text(lent->row[i].bytes()), as_text(kept->row[i].bytes()));
      EXPECT_NE(lent->row[i].frame, kept->row[i].frame);
    }
  }
  EXPECT_FALSE(lending.pull(*lent));
}

}  // namespace
}  // namespace pellucid::io
