#include <gtest/gtest.h>

#include "test/unit/http/replay.h"

namespace pellucid::http {
namespace {

using Seen = std::vector<std::string>;

TEST(HttpGaps, AGapWithinABodyIsCounted) {
  Replay r;
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
  r.lose(Dir::down, 5);
  r.down("cde");
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 200 OK|10|2"});
  r.end();
}

TEST(HttpGaps, AGapThatEndsABodyEndsTheTransaction) {
  Replay r;
  r.up("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n");
  r.lose(Dir::up, 4);
  r.down("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
  r.lose(Dir::down, 8);
  r.down("");
  EXPECT_EQ(r.seen, Seen{"POST / HTTP/1.1|4|2|HTTP/1.1 200 OK|10|2"});
  r.end();
}

TEST(HttpGaps, AGapWithinAChunkIsCounted) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nab");
  r.lose(Dir::down, 14);
  r.down("\r\n0\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"|0|0|HTTP/1.1 200 OK|25|2"});
  r.end();
}

TEST(HttpGaps, AGapInABodyUntilTheEndIsCounted) {
  Replay r;
  r.down("HTTP/1.1 200 OK\r\n\r\nab");
  r.lose(Dir::down, 1'000'000'000'000);
  r.down("c");
  r.end();
  EXPECT_EQ(r.seen, Seen{"|0|0|HTTP/1.1 200 OK|1000000000003|2"});
}

TEST(HttpGaps, AGapBeyondABodyIsLeftAtTheNextStatusLine) {
  Replay r;
  r.up("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 200 a\r\nContent-Length: 4\r\n\r\nab");
  r.lose(Dir::down, 30);  // the end of the first body and the beginning of the second response
  r.down("rest HTTP HTTP/1.x HHTTP/1.1 200 c\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, (Seen{"GET /1 HTTP/1.1|0|0|HTTP/1.1 200 a|2|6", "GET /2 HTTP/1.1|0|0||0|0",
                          "GET /3 HTTP/1.1|0|0|HTTP/1.1 200 c|0|0"}));
  r.end();
}

TEST(HttpGaps, AResponseIsStillForTheOnlyRequestThatWaits) {
  Replay r;
  r.up("GET /1 HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 204 a\r\n\r\n");
  r.lose(Dir::down, 1000);
  r.up("GET /2 HTTP/1.1\r\n\r\n");
  r.down("xyzHTTP/1.1 200 b\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen.back(), "GET /2 HTTP/1.1|0|0|HTTP/1.1 200 b|0|0");
  r.end();
}

TEST(HttpGaps, AGapInAHeaderBlockKeepsWhatCameBefore) {
  Replay r;
  r.up("GET /1 HTTP/1.1\r\nHost: h\r\nX: ");
  r.lose(Dir::up, 10);
  EXPECT_EQ(r.names.size(), 0u);
  r.up("junk\r\nGET /2 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(r.names.size(), 2u);
  r.down("HTTP/1.1 200 a\r\nServer");
  r.lose(Dir::down, 10);
  r.down("garbage\r\n\r\nHTTP/1.1 200 b\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, (Seen{"GET /1 HTTP/1.1|0|7|HTTP/1.1 200 a|0|7", "GET /2 HTTP/1.1|0|0|HTTP/1.1 200 b|0|0"}));
  r.end();
}

TEST(HttpGaps, AGapInAStartLineLeavesNothing) {
  Replay r;
  r.up("GET /1");
  r.lose(Dir::up, 10);
  r.up("\r\nGET /2 HTTP/1.1\r\n\r\n");
  r.down("HTTP/1.1 20");
  r.lose(Dir::down, 10);
  r.down("\r\n\r\n");
  r.end();
  EXPECT_EQ(r.seen, Seen{"GET /2 HTTP/1.1|0|0||0|0"});
}

TEST(HttpGaps, ARequestBodyThatWasLostWithMoreIsUnfinished) {
  Replay r;
  r.up("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
  r.lose(Dir::up, 100);
  r.down("HTTP/1.1 200 a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"POST / HTTP/1.1|2|6|HTTP/1.1 200 a|0|0"});
  r.end();
}

TEST(HttpGaps, AStreamJoinedMidwayIsReadFromItsNextStartLine) {
  Replay r;
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.down("the end of an older body\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0|HTTP/1.1 200 OK|0|0"});
  r.up("not a request\r\nGET /x NOT HTTP\r\nGET /2 HTTP/1.1\r\n\r\n");
  r.end();
  EXPECT_EQ(r.seen.back(), "GET /2 HTTP/1.1|0|0||0|0");
}

TEST(HttpGaps, TooMuchGarbageIsNoHttp) {
  for (const Dir dir : {Dir::up, Dir::down}) {
    Replay r;
    r.up("GET / HTTP/1.1\r\n\r\n");
    const std::string garbage(64 * 1024, 'H');
    for (unsigned i = 0; i < kMaxSkipped / garbage.size() + 1 && r.last != Event::failed; ++i) r.feed(dir, garbage);
    if (dir == Dir::up) r.up("\n");
    for (unsigned i = 0; i < 20 && r.last != Event::failed; ++i) r.feed(dir, garbage + "\n");
    EXPECT_EQ(r.last, Event::failed);
    EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0||0|0"});
    r.end();
  }
}

TEST(HttpGaps, BeforeAnythingIsKnownAGapForgetsTheFirstOctet) {
  Replay r;
  r.up("H");
  r.lose(Dir::up, 3);
  r.up("GET / HTTP/1.1\r\n\r\n");
  r.end();
  EXPECT_EQ(r.seen, Seen{"GET / HTTP/1.1|0|0||0|0"});
}

}  // namespace
}  // namespace pellucid::http
