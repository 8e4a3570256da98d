#include "lib/quic/pieces.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "test/unit/quic/make.h"

namespace pellucid::quic {
namespace {

Octets counting(std::size_t size) {
  Octets out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + (i >> 8));
  return out;
}

TEST(Pieces, AnyOrderAndOverlapGiveTheStream) {
  std::mt19937 random(5);
  Rooms rooms(2);
  for (unsigned round = 0; round < 200; ++round) {
    const Octets whole = counting(1 + random() % kMaxAhead);
    Stream s = kNoStream;
    std::size_t read = 0;
    Octets got;
    std::vector<bool> sent(whole.size());
    while (got.size() < whole.size()) {
      const auto hole = static_cast<std::size_t>(std::find(sent.begin(), sent.end(), false) - sent.begin());
      const std::size_t from = random() % 4 == 0 && hole < whole.size() ? hole : random() % whole.size();
      const std::size_t n = std::min<std::size_t>(1 + random() % 700, whole.size() - from);
      ASSERT_EQ(add(rooms, s, from, Bytes(whole).subspan(from, n)), Err::none);
      std::fill_n(sent.begin() + static_cast<std::ptrdiff_t>(from), n, true);
      const Bytes now = ready(rooms, s);
      std::size_t contiguous = read;
      while (contiguous < whole.size() && sent[contiguous]) ++contiguous;
      ASSERT_EQ(now.size(), contiguous - read);
      const std::size_t eat = random() % 3 == 0 ? now.size() : random() % (now.size() + 1);
      append(got, now.first(eat));
      read += eat;
      consume(rooms, s, static_cast<std::uint32_t>(eat));
    }
    EXPECT_EQ(got, whole);
    EXPECT_EQ(rooms.live(), 0u);
  }
}

TEST(Pieces, WhatCameFirstStays) {
  Rooms rooms(1);
  Stream s = kNoStream;
  EXPECT_EQ(add(rooms, s, 2, Octets{3, 4}), Err::none);
  EXPECT_EQ(add(rooms, s, 0, Octets{1, 2, 9, 9, 5}), Err::none);
  EXPECT_EQ(hex(ready(rooms, s)), "0102030405");
  drop(rooms, s);
}

TEST(Pieces, OffsetsBeyondTheWindowAreRefused) {
  Rooms rooms(1);
  Stream s = kNoStream;
  const Octets one{1};
  EXPECT_EQ(add(rooms, s, kMaxAhead, one), Err::too_long);
  EXPECT_EQ(add(rooms, s, ~std::uint64_t{0} >> 2, one), Err::too_long);
  EXPECT_EQ(add(rooms, s, kMaxAhead - 1, Octets{1, 2}), Err::too_long);
  EXPECT_EQ(rooms.live(), 0u);
  EXPECT_EQ(add(rooms, s, kMaxAhead - 1, one), Err::none);
  EXPECT_EQ(add(rooms, s, 0, Octets(kMaxAhead - 1)), Err::none);
  EXPECT_EQ(ready(rooms, s).size(), kMaxAhead);
  consume(rooms, s, kMaxAhead);
  EXPECT_EQ(rooms.live(), 0u);
  EXPECT_EQ(add(rooms, s, kMaxAhead + 5, one), Err::none);  // the window goes along
  EXPECT_EQ(add(rooms, s, 3, Octets{1, 2, 3}), Err::none);  // old
  drop(rooms, s);
}

TEST(Pieces, WithoutRoomNothingIsTaken) {
  Rooms rooms(1);
  Stream a = kNoStream, b = kNoStream;
  EXPECT_EQ(add(rooms, a, 0, Octets{1}), Err::none);
  EXPECT_EQ(add(rooms, b, 0, Octets{1}), Err::full);
  EXPECT_TRUE(ready(rooms, b).empty());
  drop(rooms, a);
  EXPECT_EQ(add(rooms, b, 0, Octets{1}), Err::none);
  drop(rooms, b);
}

}  // namespace
}  // namespace pellucid::quic
