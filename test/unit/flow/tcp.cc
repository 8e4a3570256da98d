#include "lib/flow/tcp.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace pellucid::flow {
namespace {

constexpr std::uint8_t kS = kTcpSyn, kSA = kTcpSyn | kTcpAck, kA = kTcpAck, kFA = kTcpFin | kTcpAck, kR = kTcpRst,
                       kPush = 8 | kTcpAck;
constexpr Dir up = Dir::up, down = Dir::down;
using enum TcpState;

class Tcp : public testing::Test {
 protected:
  Tcp() {
    std::memset(&hot, 0, sizeof hot);
    hot.key.proto = 6;
  }
  TcpState see(Dir dir, std::uint8_t flags) {  // as the worker does
    hot.tcp_flags[index(dir)] |= flags;
    hot.tcp = advance(hot, dir, flags);
    return hot.tcp;
  }
  Hot hot;
};

TEST_F(Tcp, GoesThroughAWholeConnection) {
  EXPECT_EQ(see(up, kS), opening);
  EXPECT_EQ(see(down, kSA), opening);
  EXPECT_EQ(see(up, kA), established);
  EXPECT_EQ(see(up, kPush), established);
  EXPECT_EQ(see(down, kPush), established);
  EXPECT_EQ(see(down, kFA), closing);
  EXPECT_EQ(see(up, kPush), closing) << "half-closed: the other side goes on";
  EXPECT_EQ(see(down, kFA), closing) << "a FIN again is not the other side's";
  EXPECT_EQ(see(up, kFA), closed);
  EXPECT_EQ(see(down, kA), closed);
}

TEST_F(Tcp, EndsAtAResetInEveryState) {
  for (const TcpState state : {none, opening, established, closing, closed}) {
    hot.tcp = state;
    EXPECT_EQ(advance(hot, up, kR), closed);
    EXPECT_EQ(advance(hot, down, kR | kTcpAck), closed);
    EXPECT_EQ(advance(hot, down, kR | kTcpFin | kTcpSyn), closed);
  }
}

TEST_F(Tcp, StaysOpeningWhileNobodyAnswers) {
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(see(up, kS), opening);
  EXPECT_EQ(see(up, kA), opening);
  EXPECT_EQ(see(up, kPush), opening);
  EXPECT_EQ(see(up, kFA), opening) << "one-sided to its end";
}

TEST_F(Tcp, IsEstablishedMidwayOnceBothSidesHaveSpoken) {
  EXPECT_EQ(see(down, kPush), opening);
  EXPECT_EQ(see(down, kPush), opening);
  EXPECT_EQ(see(up, kA), established);
}

TEST_F(Tcp, ClosesAFlowOfWhichOnlyTheEndIsSeen) {
  EXPECT_EQ(see(up, kFA), opening);
  EXPECT_EQ(see(down, kA), closing);
  EXPECT_EQ(see(down, kFA), closed);
}

TEST_F(Tcp, ClosesWhenTwoFinsAreTheFirstThatIsSeen) {
  EXPECT_EQ(see(up, kFA), opening);
  EXPECT_EQ(see(down, kFA), closed);
}

TEST_F(Tcp, OpensFromBothSidesAtOnce) {
  EXPECT_EQ(see(up, kS), opening);
  EXPECT_EQ(see(down, kS), opening);
  EXPECT_EQ(see(up, kSA), opening);
  EXPECT_EQ(see(down, kSA), opening);
  EXPECT_EQ(see(up, kA), established);
}

TEST_F(Tcp, IsNotMovedByASynInAnEstablishedConnection) {
  see(up, kS);
  see(down, kSA);
  see(up, kA);
  EXPECT_EQ(see(up, kS), established);
  EXPECT_EQ(see(down, kSA), established);
}

TEST_F(Tcp, BeginsAnewWithASynAfterTheEnd) {
  for (const TcpState state : {closed, closing}) {
    hot.tcp = state;
    EXPECT_TRUE(begins_anew(hot, kS));
    EXPECT_TRUE(begins_anew(hot, kS)) << "the other side may open the next one";
    EXPECT_TRUE(begins_anew(hot, kS | 64 | 128)) << "a SYN that offers ECN";
    for (const std::uint8_t flags : {kSA, kA, kFA, kR, std::uint8_t{kS | kR}, std::uint8_t{kS | kTcpFin}, std::uint8_t{0}}) {
      EXPECT_FALSE(begins_anew(hot, flags)) << unsigned{flags};
    }
  }
}

TEST_F(Tcp, DoesNotBeginAnewWhileTheConnectionLives) {
  EXPECT_FALSE(begins_anew(hot, kS)) << "a flow without a segment";
  hot.tcp_flags[0] = kS;
  hot.tcp = opening;
  EXPECT_FALSE(begins_anew(hot, kS)) << "a SYN sent again";
  EXPECT_FALSE(begins_anew(hot, kS));
  hot.tcp = established;
  EXPECT_FALSE(begins_anew(hot, kS));
}

TEST_F(Tcp, BeginsAnewWhereOnlyTheRestOfAnOlderConnectionWasSeen) {
  see(down, kA);
  EXPECT_TRUE(begins_anew(hot, kS));
  see(down, kSA);
  EXPECT_FALSE(begins_anew(hot, kS)) << "a SYN-ACK that overtook its SYN";
}

TEST_F(Tcp, TimesOutByProtocolAndState) {
  const Timeouts t;
  EXPECT_EQ(t.tcp_established, 17'882u) << "300 s in ticks of 2^24 ns, rounded up";
  EXPECT_EQ(seconds(0), 1u) << "never zero: no timer fires before it is set";
  hot.tcp = opening;
  EXPECT_EQ(timeout_of(hot, t), seconds(5));
  hot.tcp = established;
  EXPECT_EQ(timeout_of(hot, t), seconds(300));
  hot.tcp = closing;
  EXPECT_EQ(timeout_of(hot, t), seconds(300));
  hot.tcp = closed;
  EXPECT_EQ(timeout_of(hot, t), seconds(1));
  hot.key.proto = 17;
  EXPECT_EQ(timeout_of(hot, t), seconds(60));
  for (const unsigned proto : {1u, 50u, 58u, 132u, 0u}) {
    hot.key.proto = static_cast<std::uint8_t>(proto);
    EXPECT_EQ(timeout_of(hot, t), seconds(30));
  }
}

}  // namespace
}  // namespace pellucid::flow
