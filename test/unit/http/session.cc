#include "lib/http/session.h"

#include <gtest/gtest.h>

#include "test/unit/http/replay.h"

namespace pellucid::http {
namespace {

using Seen = std::vector<std::string>;

TEST(HttpSession, PairsARequestWithItsResponse) {
  Replay r;
  r.up("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(r.seen.empty());
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(r.seen, Seen{"GET /a HTTP/1.1|0|0|HTTP/1.1 200 OK|5|0"});
  EXPECT_EQ(r.requests[0], "GET /a HTTP/1.1\r\nHost: h\r\n");
  r.end();
  EXPECT_EQ(r.seen.size(), 1u);
}

TEST(HttpSession, TellsARequestsNameBeforeItsResponse) {
  Replay r;
  r.up("GET /a HTTP/1.1\r\nHost: h\r\n");
  EXPECT_TRUE(r.names.empty());
  r.up("\r\n");
  EXPECT_EQ(r.names, Seen{"GET /a HTTP/1.1\r\nHost: h\r\n"});
  r.end();
}

TEST(HttpSession, LearnsWhoIsTheClientFromTheBytes) {
  for (const std::size_t first : {1u, 2u, 30u}) {
    Replay r;
    const std::string head = "HEAD /a HTTP/1.1\r\n\r\n";
    r.down(head.substr(0, first));
    r.down(head.substr(std::min(first, head.size())));
    r.up("H");
    r.up("TTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    EXPECT_EQ(r.seen, Seen{"HEAD /a HTTP/1.1|0|0|HTTP/1.1 200 OK|0|0"});
    r.end();
  }
}

TEST(HttpSession, LearnsTheClientFromAResponseToo) {
  Replay r;
  r.down("H");
  r.up("H");
  r.down("TTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"|0|0|HTTP/1.1 204 No Content|0|0"});
  r.up("EAD / HTTP/1.1\r\n\r\n");
  r.end();
  EXPECT_EQ(r.seen.back(), "HEAD / HTTP/1.1|0|0||0|0");
}

TEST(HttpSession, LeavesOutWhatAnotherProtocolSaidBefore) {
  Replay r;
  r.down(std::string_view("\x00Z\x00\x00Q", 5));  // a SOCKS reply, perhaps
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 204 x\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 204 x|0|0"});
  r.end();
}

TEST(HttpSession, AnswersPipelinedRequestsInOrder) {
  Replay r;
  for (unsigned i = 0; i < kMaxWaiting; ++i) r.up("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
  for (unsigned i = 0; i < kMaxWaiting; ++i) r.down("HTTP/1.1 20" + std::to_string(i) + " X\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(r.seen.size(), kMaxWaiting);
  EXPECT_EQ(r.seen[7], "GET /7 HTTP/1.1|0|0|HTTP/1.1 207 X|0|0");
  r.end();
}

TEST(HttpSession, GivesTheOldestRequestOutWhenTooManyWait) {
  Replay r;
  for (unsigned i = 0; i <= kMaxWaiting; ++i) r.up("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"GET /0 HTTP/1.1|0|0||0|0"});
  r.down("HTTP/1.1 200 a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 b\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(r.seen.size(), 3u);
  EXPECT_EQ(r.seen[1], "|0|0|HTTP/1.1 200 a|0|0");
  EXPECT_EQ(r.seen[2], "GET /1 HTTP/1.1|0|0|HTTP/1.1 200 b|0|0");
  r.end();
  EXPECT_EQ(r.seen.size(), 2 + kMaxWaiting);
}

TEST(HttpSession, TheResponseOfAnOverrunRequestComesAloneWhenItHadBegun) {
  Replay r;
  for (unsigned i = 0; i < kMaxWaiting; ++i) r.up("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 200 a\r\nContent-Length: 3\r\n\r\nab");
  r.up("GET /8 HTTP/1.1\r\n\r\n");
  r.down("cHTTP/1.1 200 b\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(r.seen.size(), 3u);
  EXPECT_EQ(r.seen[0], "GET /0 HTTP/1.1|0|0||0|0");
  EXPECT_EQ(r.seen[1], "|0|0|HTTP/1.1 200 a|3|0");
  EXPECT_EQ(r.seen[2], "GET /1 HTTP/1.1|0|0|HTTP/1.1 200 b|0|0");
  r.end();
}

TEST(HttpSession, CountsChunksAsCarriedAndReadsPastTrailers) {
  Replay r;
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.down(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 3\r\n\r\n5;ext=1\r\nhello\r\n0\r\nX: y\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 200 OK|19|0"});
  r.down("HTTP/1.1 204 x\r\n\r\n");
  EXPECT_EQ(r.seen.size(), 2u);
  r.end();
}

TEST(HttpSession, ReadsChunksWithBareLineFeeds) {
  Replay r;
  r.down("HTTP/1.1 200 OK\nTransfer-Encoding:\n chunked\n\n2\nab\n0\n\n");
  EXPECT_EQ(r.seen, Seen{"|0|0|HTTP/1.1 200 OK\nTransfer-Encoding:\n chunked\n|7|0"});
  r.end();
}

TEST(HttpSession, GivesUpAChunkThatIsNone) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nHTTP/1.1 204 x\r\n\r\n");
  EXPECT_EQ(r.seen, (Seen{"|0|0|HTTP/1.1 200 OK|0|4", "|0|0|HTTP/1.1 204 x|0|0"}));
  r.down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcd");
  EXPECT_EQ(r.seen.back(), "|0|0|HTTP/1.1 200 OK|4|4");
  r.down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1234567890abcdef0");
  EXPECT_EQ(r.seen.back(), "|0|0|HTTP/1.1 200 OK|15|4");
  r.end();
}

TEST(HttpSession, ReadsABodyWithoutLengthUntilTheEnd) {
  Replay r;
  r.up("GET / HTTP/1.0\r\n\r\n");
  r.down("HTTP/1.0 200 OK\r\n\r\nall the");
  r.down(" rest");
  EXPECT_TRUE(r.seen.empty());
  r.end();
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.0|0|0|HTTP/1.0 200 OK|12|0"});
}

TEST(HttpSession, KnowsResponsesWithoutBody) {
  Replay r;
  r.up("HEAD / HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nHTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 y\r\n\r\n");
  EXPECT_EQ(r.seen, (Seen{"HEAD / HTTP/1.1|0|0|HTTP/1.1 200 OK|0|0", "GET /b HTTP/1.1|0|0|HTTP/1.1 304 x|0|0",
                          "GET /c HTTP/1.1|0|0|HTTP/1.1 204 y|0|0"}));
  r.end();
}

TEST(HttpSession, PassesOverInterimResponses) {
  Replay r;
  r.up("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  r.down("HTTP/1.1 100 Continue\r\n\r\n");
  r.up("body");
  r.down("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"POST / HTTP/1.1|4|0|HTTP/1.1 201 Created|0|0"});
  r.end();
}

TEST(HttpSession, WaitsForARequestThatIsAnsweredEarly) {
  Replay r;
  r.up("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1234");
  r.down("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(r.seen.empty());
  r.up("567890");
  EXPECT_EQ(r.seen, Seen{"POST / HTTP/1.1|10|0|HTTP/1.1 413 Too Large|0|0"});
  r.end();
}

TEST(HttpSession, WaitsNoLongerWhenTheNextResponseBegins) {
  Replay r;
  r.up("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1234");
  r.down("HTTP/1.1 413 a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 b\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, (Seen{"POST / HTTP/1.1|4|4|HTTP/1.1 413 a|0|0", "|0|0|HTTP/1.1 200 b|0|0"}));
  r.up("567890GET / HTTP/1.1\r\n\r\n");
  r.end();
  EXPECT_EQ(r.seen.back(), "GET / HTTP/1.1|0|0||0|0");
}

TEST(HttpSession, AcceptsBareLineFeedsAndEmptyLinesBeforeARequest) {
  Replay r;
  r.up("\r\n\r\nGET / HTTP/1.1\nHost: h\n\n");
  r.down("\r\nHTTP/1.1 200 OK\nContent-Length: 2\n\nab");
  ASSERT_EQ(r.seen.size(), 1u);
  EXPECT_EQ(r.requests[0], "GET / HTTP/1.1\nHost: h\n");
  EXPECT_EQ(r.responses[0], "HTTP/1.1 200 OK\nContent-Length: 2\n");
  r.end();
}

TEST(HttpSession, KeepsAHeaderBlockUpToItsLimitAndReadsTheRest) {
  Replay r;
  const std::string filler = "X: " + std::string(kMaxHead, 'x') + "\r\n";
  r.up("POST / HTTP/1.1\r\n" + filler + "Content-Length: 3\r\n\r\nabc");
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(r.seen, Seen{"POST / HTTP/1.1|3|1|HTTP/1.1 200 OK|0|0"});
  EXPECT_EQ(r.requests[0].size(), kMaxHead);
  r.end();
}

TEST(HttpSession, GivesUpAHeaderBlockWithoutEnd) {
  Replay r;
  r.up("GET / HTTP/1.1\r\n");
  for (unsigned i = 0; i <= kMaxHeadRead / 1000; ++i) r.up("X: " + std::string(1000, 'x') + "\r\n");
  r.end();
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|5||0|0"});
}

TEST(HttpSession, MarksWhatItHadNoRoomFor) {
  Replay r(1);
  r.up("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_EQ(r.seen.size(), 2u);
  EXPECT_EQ(r.seen[0].substr(0, 19), "GET / HTTP/1.1|0|1|");
  r.end();
}

TEST(HttpSession, HandsOverAfterConnect) {
  Replay r;
  r.up("CONNECT h:443 HTTP/1.1\r\n\r\n");
  const std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
  EXPECT_EQ(r.down(answer + "\x16\x03\x01"), answer.size());
  EXPECT_EQ(r.last, Event::upgraded);
  EXPECT_EQ(r.seen, Seen{"CONNECT h:443 HTTP/1.1|0|0|HTTP/1.1 200 Connection established|0|0"});
  EXPECT_EQ(r.up("\x16\x03"), 0u);
  EXPECT_EQ(r.last, Event::upgraded);
  r.end();
}

TEST(HttpSession, StaysHttpWhenConnectIsRefused) {
  Replay r;
  r.up("CONNECT h:443 HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 407 Auth\r\nContent-Length: 2\r\n\r\nno");
  r.up("CONNECT h:443 HTTP/1.1\r\nProxy-Authorization: x\r\n\r\n");
  r.down("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(r.last, Event::upgraded);
  EXPECT_EQ(r.seen.size(), 2u);
  r.end();
}

TEST(HttpSession, HandsOverAfterConnectThoughNobodyAnswers) {
  Replay r;
  const std::string connect = "CONNECT h:443 HTTP/1.1\r\n\r\n";
  EXPECT_EQ(r.up(connect + "\x16\x03\x01"), connect.size());
  EXPECT_EQ(r.last, Event::upgraded);
  EXPECT_EQ(r.seen, Seen{"CONNECT h:443 HTTP/1.1|0|0||0|0"});
  r.end();
}

TEST(HttpSession, HandsOverAfterSwitchingProtocols) {
  Replay r;
  r.up("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  const std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  EXPECT_EQ(r.down(answer + "\x81\x05hello"), answer.size());
  EXPECT_EQ(r.last, Event::upgraded);
  EXPECT_EQ(r.seen.size(), 1u);
  r.end();
}

TEST(HttpSession, GivesRequestsAloneWhereOneSideIsSeen) {
  Replay r;
  for (unsigned i = 0; i < 20; ++i) r.up("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
  r.end();
  ASSERT_EQ(r.seen.size(), 20u);
  EXPECT_EQ(r.seen[19], "GET /19 HTTP/1.1|0|0||0|0");
}

TEST(HttpSession, GivesUnfinishedMessagesAtTheEnd) {
  Replay r;
  r.up("GET / HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\n");
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  r.end();
  EXPECT_EQ(r.seen, (Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 200 OK|3|4", "POST /b HTTP/1.1|0|4||0|0"}));
}

TEST(HttpSession, PairsAResponseWithARequestThatIsSeenLate) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.down("b");
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 200 OK|2|0"});
  r.end();
}

TEST(HttpSession, UsesTheFirstContentLengthThatIsANumber) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\nContent-Length: x\r\nContent-Length: 2, 2\r\nContent-Length: 7\r\n\r\nabHTTP/1.1 204 n\r\n\r\n");
  EXPECT_EQ(r.seen.size(), 2u);
  r.end();
}

TEST(HttpSession, ALengthBeyondEverythingIsNone) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nab");
  r.end();
  EXPECT_EQ(r.seen, Seen{"|0|0|HTTP/1.1 200 OK|2|0"});
}

}  // namespace
}  // namespace pellucid::http
