#include "lib/flow/stream.h"

#include <gtest/gtest.h>

#include <string>

namespace pellucid::flow {
namespace {

constexpr Dir up = Dir::up, down = Dir::down;

class StreamTest : public testing::Test {
 protected:
  StreamTest() : id(streams.claim()) { streams.begin(id, up, 1000); }
  ~StreamTest() override {
    EXPECT_TRUE(streams.stats().balanced());
    if (id != kNone) streams.drop(id);
    EXPECT_TRUE(streams.stats().balanced());
    EXPECT_EQ(streams.stats().held_bytes, 0u);
    EXPECT_EQ(streams.live_segments(), 0u) << "every held segment was given back";
  }
  // What a reader sees after a segment: in place, and what became readable by it.
  std::string push(std::uint32_t seq, std::string_view text, Dir dir = up) {
    std::string seen(as_text(streams.push(id, dir, seq, as_bytes(text))));
    return seen + rest(dir);
  }
  std::string rest(Dir dir = up) {
    std::string seen;
    for (Bytes b = streams.next(id, dir); !b.empty(); b = streams.next(id, dir)) seen += as_text(b);
    return seen;
  }
  Streams streams{4, 400};
  std::uint32_t id;
};

TEST_F(StreamTest, ReadsInOrderSegmentsInPlace) {
  const std::string text = "hello";
  const Bytes now = streams.push(id, up, 1000, as_bytes(text));
  EXPECT_EQ(now.data(), as_bytes(text).data()) << "nothing is copied";
  EXPECT_EQ(as_text(now), "hello");
  EXPECT_EQ(push(1005, " world"), " world");
  EXPECT_EQ(streams.stats().in_order, 2u);
  EXPECT_EQ(streams.live_segments(), 0u);
}

TEST_F(StreamTest, HoldsWhatComesEarlyUntilTheGapIsClosed) {
  EXPECT_EQ(push(1004, "more"), "");
  EXPECT_TRUE(streams.gapped(id, up));
  EXPECT_EQ(push(1010, "last"), "");
  EXPECT_EQ(push(1000, "some"), "somemore");
  EXPECT_TRUE(streams.gapped(id, up));
  EXPECT_EQ(push(1008, "--"), "--last");
  EXPECT_FALSE(streams.gapped(id, up));
  EXPECT_EQ(streams.stats().out_of_order, 2u);
  EXPECT_EQ(streams.live_segments(), 0u);
}

TEST_F(StreamTest, GivesNothingOfWhatIsPassedOver) {
  streams.pass(id, up, 10);
  EXPECT_EQ(push(1000, "abcd"), "");
  EXPECT_EQ(streams.left_to_pass(id, up), 6u);
  EXPECT_EQ(push(1004, "efghijwanted"), "wanted");
  EXPECT_EQ(streams.left_to_pass(id, up), 0u);
  EXPECT_EQ(streams.stats().passed_bytes, 10u);
}

TEST_F(StreamTest, KnowsNoGapInWhatIsPassedOver) {
  streams.pass(id, up, 10);
  EXPECT_EQ(push(1006, "ghij"), "");
  EXPECT_EQ(streams.left_to_pass(id, up), 0u);
  EXPECT_EQ(streams.live_segments(), 0u) << "nothing is kept";
  streams.end_pass(id, up);
  EXPECT_EQ(push(1000, "abcdef"), "") << "late";
  EXPECT_EQ(push(1010, "next"), "next");
}

TEST_F(StreamTest, HoldsWhatComesBeforeAPassageHasEnded) {
  streams.pass(id, up, 10);
  EXPECT_EQ(push(1010, "next"), "");
  EXPECT_TRUE(streams.gapped(id, up));
  EXPECT_EQ(push(1008, "ij"), "next");
}

TEST_F(StreamTest, PassesOverWhatWasHeld) {
  push(1004, "efgh");
  push(1010, "klmn");
  streams.pass(id, up, 12);
  EXPECT_EQ(streams.left_to_pass(id, up), 0u);
  streams.end_pass(id, up);
  EXPECT_EQ(rest(), "mn");
  EXPECT_EQ(streams.stats().passed_bytes, 6u);
}

TEST_F(StreamTest, IgnoresRetransmissionsAndKeepAliveProbes) {
  push(1000, "abcdef");
  EXPECT_EQ(push(1000, "abcdef"), "");
  EXPECT_EQ(push(1005, "f"), "") << "one byte before the next: a keep-alive probe";
  EXPECT_EQ(push(1006, ""), "");
  EXPECT_EQ(streams.stats().retransmitted, 2u);
  EXPECT_EQ(streams.stats().old_bytes, 7u);
  EXPECT_EQ(push(1006, "g"), "g");
}

TEST_F(StreamTest, ReadsOnlyTheNewPartOfAnOverlap) {
  push(1000, "abcdef");
  EXPECT_EQ(push(1003, "XXXghi"), "ghi") << "what was read cannot be changed";
  EXPECT_EQ(streams.stats().overlapping, 1u);
}

TEST_F(StreamTest, LetsTheFirstCopyWinAmongHeldSegments) {
  push(1004, "BBBB");
  push(1002, "aaaaaaaa");
  EXPECT_EQ(push(1000, "__"), "__aaBBBBaa");
  EXPECT_EQ(streams.stats().differing, 1u);
}

TEST_F(StreamTest, LetsTheFirstCopyWinOverAnInOrderSegment) {
  push(1004, "BB");
  push(1008, "DD");
  EXPECT_EQ(push(1000, "aaaaaaaaaaaa"), "aaaaBBaaDDaa");
  EXPECT_EQ(streams.stats().differing, 1u);
  EXPECT_EQ(streams.stats().in_order, 1u);
  EXPECT_EQ(push(1012, "e"), "e");
}

TEST_F(StreamTest, ReadsAnInOrderSegmentInPlaceWhereHeldCopiesAreEqual) {
  push(1002, "cd");
  push(1006, "ghij");
  const Bytes now = streams.push(id, up, 1000, as_bytes("abcdefgh"));
  EXPECT_EQ(as_text(now), "abcdefgh");
  EXPECT_EQ(rest(), "ij") << "what lay beyond is still held";
  EXPECT_EQ(streams.stats().differing, 0u);
  EXPECT_EQ(streams.stats().old_bytes, 4u);
}

TEST_F(StreamTest, WorksAcrossTheWrapAroundOfSequenceNumbers) {
  const std::uint32_t other = streams.claim();
  streams.begin(other, down, 0xffff'fffe);
  EXPECT_TRUE(streams.push(other, down, 2, as_bytes("ef")).empty());
  EXPECT_TRUE(streams.push(other, down, 0, as_bytes("cdX")).empty());
  EXPECT_EQ(as_text(streams.push(other, down, 0xffff'fffe, as_bytes("ab"))), "ab");
  EXPECT_EQ(as_text(streams.next(other, down)), "cd");
  EXPECT_EQ(as_text(streams.next(other, down)), "ef");
  EXPECT_EQ(streams.next_seq(other, down), 4u);
  streams.drop(other);
}

TEST_F(StreamTest, KeepsBothDirectionsApart) {
  streams.begin(id, down, 5);
  EXPECT_EQ(push(1002, "late"), "");
  EXPECT_EQ(push(5, "answer", down), "answer");
  EXPECT_FALSE(streams.gapped(id, down));
  EXPECT_TRUE(streams.gapped(id, up));
  EXPECT_EQ(push(1000, "so"), "solate");
}

TEST_F(StreamTest, BeginsWithTheFirstPayloadWhereNobodySaidWhere) {
  EXPECT_FALSE(streams.begun(id, down));
  EXPECT_EQ(push(77'000, "midway", down), "midway");
  EXPECT_TRUE(streams.begun(id, down));
}

TEST_F(StreamTest, BelievesTheLastBeginningBeforePayloadAndNoneAfter) {
  streams.begin(id, up, 2000);
  EXPECT_EQ(push(2000, "a"), "a");
  streams.begin(id, up, 9000);
  EXPECT_EQ(push(2001, "b"), "b") << "a forged SYN does not move a stream";
}

TEST_F(StreamTest, SkipsAGapAndTellsHowMuchIsMissing) {
  push(1010, "tail");
  EXPECT_EQ(streams.skip(id, up), 10u);
  EXPECT_EQ(rest(), "tail");
  EXPECT_EQ(streams.skip(id, up), 0u) << "nothing waits";
  EXPECT_EQ(streams.stats().gaps, 1u);
  EXPECT_EQ(streams.stats().missed_bytes, 10u);
  EXPECT_EQ(push(1003, "late"), "") << "what comes after its gap was given up is old";
}

TEST_F(StreamTest, RefusesBytesBeyondAFlowsBoundAndGoesOnAfterASkip) {
  const std::string piece(1460, 'x');
  std::uint32_t seq = 1100;
  while (!streams.stuck(id, up)) {
    push(seq, piece);
    seq += 1460;
    ASSERT_LT(seq, 1'000'000u);
  }
  EXPECT_LE(streams.held_bytes(id), Streams::kMaxHeldBytes);
  EXPECT_GT(streams.held_bytes(id), Streams::kMaxHeldBytes - 1460);
  EXPECT_EQ(streams.stats().refused, 1u);
  const std::uint32_t held = streams.held_bytes(id);
  EXPECT_EQ(streams.skip(id, up), 100u);
  EXPECT_EQ(rest().size(), held);
  EXPECT_FALSE(streams.stuck(id, up));
  EXPECT_EQ(push(seq - 1460, piece).size(), 1460 - (held % 1460)) << "the refused segment, pushed again: its missing end";
}

TEST_F(StreamTest, CountsBothDirectionsTowardsAFlowsBound) {
  const std::string piece(2000, 'x');
  streams.begin(id, down, 0);
  for (std::uint32_t i = 0; i < 70; ++i) {  // 280,000 bytes
    push(1100 + i * 2000, piece);
    push(100 + i * 2000, piece, down);
  }
  EXPECT_TRUE(streams.stuck(id, up));
  EXPECT_TRUE(streams.stuck(id, down));
  EXPECT_EQ(streams.held_bytes(id), Streams::kMaxHeldBytes);
}

TEST_F(StreamTest, RefusesMoreScatteredSegmentsThanAFlowMayHold) {
  std::uint32_t n = 0;
  while (!streams.stuck(id, up)) push(1002 + 2 * n++, "x");
  EXPECT_EQ(n, Streams::kMaxHeldSegments + 1);
  EXPECT_EQ(streams.live_segments(), Streams::kMaxHeldSegments);
  EXPECT_EQ(push(1000, "ab"), "abx");
}

TEST_F(StreamTest, PutsSmallSegmentsThatFollowEachOtherIntoOne) {
  for (std::uint32_t i = 0; i < 1000; ++i) push(1001 + i, "x");
  EXPECT_EQ(streams.live_segments(), 1u);
  EXPECT_EQ(push(1000, "o"), "o" + std::string(1000, 'x'));
}

TEST_F(StreamTest, SplitsASegmentThatIsLargerThanAPoolSegment) {
  std::string big;
  for (unsigned i = 0; i < 60'000; ++i) big += static_cast<char>('a' + i % 23);
  EXPECT_EQ(push(1001, big), "");
  EXPECT_EQ(streams.live_segments(), (60'000 + Streams::kSegmentBytes - 1) / Streams::kSegmentBytes);
  EXPECT_EQ(push(1000, "_"), "_" + big);
}

TEST(Streams, RefusesWhenAllFlowsTogetherHoldThePool) {
  Streams streams(2, 3);
  const std::uint32_t one = streams.claim(), two = streams.claim();
  EXPECT_EQ(streams.claim(), kNone);
  for (const std::uint32_t id : {one, two}) streams.begin(id, Dir::up, 0);
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_TRUE(streams.push(one, Dir::up, 10 * i, as_bytes("x")).empty());
  EXPECT_FALSE(streams.stuck(one, Dir::up));
  EXPECT_TRUE(streams.push(two, Dir::up, 10, as_bytes("y")).empty());
  EXPECT_TRUE(streams.stuck(two, Dir::up));
  EXPECT_EQ(streams.skip(two, Dir::up), 10u) << "nothing is held: it goes on at the refused segment";
  EXPECT_EQ(as_text(streams.push(two, Dir::up, 10, as_bytes("y"))), "y");
  EXPECT_TRUE(streams.stats().balanced());
  streams.drop(one);
  EXPECT_EQ(streams.live_segments(), 0u);
  EXPECT_EQ(streams.stats().wiped_bytes, 3u);
  EXPECT_TRUE(streams.stats().balanced());
  streams.drop(two);
  EXPECT_EQ(streams.live(), 0u);
}

TEST(Streams, GiveAReusedStreamNothingOfTheOldOne) {
  Streams streams(1, 8);
  const std::uint32_t id = streams.claim();
  streams.begin(id, Dir::up, 5);
  streams.push(id, Dir::up, 9, as_bytes("x"));
  streams.drop(id);
  ASSERT_EQ(streams.claim(), id);
  EXPECT_FALSE(streams.begun(id, Dir::up));
  EXPECT_FALSE(streams.gapped(id, Dir::up));
  EXPECT_EQ(streams.held_bytes(id), 0u);
  EXPECT_TRUE(streams.next(id, Dir::up).empty());
}

TEST_F(StreamTest, GoesOnAtARefusedSegmentThatIsNearerThanWhatIsHeld) {
  Streams tight(1, 1);
  const std::uint32_t one = tight.claim();
  tight.begin(one, up, 0);
  tight.push(one, up, 20, as_bytes("held"));
  tight.push(one, up, 10, as_bytes("refused"));
  EXPECT_EQ(tight.skip(one, up), 10u);
  EXPECT_EQ(as_text(tight.push(one, up, 10, as_bytes("refused"))), "refused");
  EXPECT_TRUE(tight.next(one, up).empty());
  EXPECT_EQ(tight.skip(one, up), 3u);
  EXPECT_EQ(as_text(tight.next(one, up)), "held");
}

TEST_F(StreamTest, DoesNotBelieveSequenceNumbersFarOutsideTheWindow) {
  constexpr auto kFar = static_cast<std::uint32_t>(Streams::kMaxAhead);
  EXPECT_EQ(push(1000 + kFar + 1, "garbage"), "");
  EXPECT_EQ(push(1000 - kFar - 1, "garbage"), "");
  EXPECT_EQ(push(1000 + 0x8000'0000, "garbage"), "");
  EXPECT_EQ(streams.stats().far, 3u);
  EXPECT_EQ(streams.stats().refused_bytes, 21u);
  EXPECT_FALSE(streams.gapped(id, up));
  EXPECT_FALSE(streams.stuck(id, up));
  EXPECT_EQ(push(1000 + kFar, "edge"), "") << "as far as it goes";
  EXPECT_TRUE(streams.gapped(id, up));
}

TEST_F(StreamTest, GoesOnFarAwayOnceEnoughSegmentsInARowContinueThere) {
  std::uint32_t seq = 1000 + 0x1000'0000;
  for (unsigned i = 1; i < Streams::kConfirmFar; ++i) {
    EXPECT_EQ(push(seq, "loss"), "");
    EXPECT_FALSE(streams.stuck(id, up));
    seq += 4;
  }
  EXPECT_EQ(push(seq, "loss"), "");
  ASSERT_TRUE(streams.stuck(id, up));
  EXPECT_EQ(streams.skip(id, up), seq - 1000);
  EXPECT_EQ(push(seq, "found"), "found");
}

TEST_F(StreamTest, DoesNotFollowFarSegmentsThatDoNotContinueEachOther) {
  for (std::uint32_t i = 0; i < 100; ++i) push(1000 + 0x1000'0000 + i * 5, "loss");
  EXPECT_FALSE(streams.stuck(id, up));
  for (std::uint32_t i = 0; i < 100; ++i) {
    push(1000 + 0x1000'0000 + i * 4, "loss");
    if (i % 5 == 4) push(999, "k");  // the real connection is still there
  }
  EXPECT_FALSE(streams.stuck(id, up));
}

}  // namespace
}  // namespace pellucid::flow
