#include "lib/http/probe.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pellucid::http {
namespace {

TEST(HttpProbe, SaysYesToRequestsAndResponses) {
  for (const std::string_view s : {"GET / HTTP/1.1\r\n", "\r\nPOST /x HTTP/1.0\n", "PROPFIND /dav HTTP/1.1\r\nHost: a\r\n",
                                   "CONNECT a:443 HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404"}) {
    EXPECT_EQ(probe(as_bytes(s)), Probe::yes) << s;
  }
}

TEST(HttpProbe, IsUnsureOfEveryPrefixOfARequestLine) {
  const std::string line = "SUBSCRIBE /events HTTP/1.1\r\n";
  for (std::size_t n = 0; n < line.size(); ++n) EXPECT_EQ(probe(as_bytes(line.substr(0, n))), Probe::unsure) << n;
  EXPECT_EQ(probe(as_bytes(line)), Probe::yes);
  const std::string status = "HTTP/1.1 200";
  for (std::size_t n = 0; n < status.size(); ++n) EXPECT_EQ(probe(as_bytes(status.substr(0, n))), Probe::unsure) << n;
}

TEST(HttpProbe, SaysYesToATargetThatIsStillGoingOn) {
  EXPECT_EQ(probe(as_bytes("GET /" + std::string(kMaxUnsure, 'a'))), Probe::yes);
  EXPECT_EQ(probe(as_bytes("GET /" + std::string(kMaxUnsure, '\x01'))), Probe::no);
}

TEST(HttpProbe, SaysNoToProtocolsOfTheSameForm) {
  for (const std::string_view s :
       {"OPTIONS sip:a@b SIP/2.0\r\n", "OPTIONS sip:a@", "SETUP rtsp://a/b RTSP/1.0\r\n", "OPTIONS rtsp://a/b RTSP/1.0\r\n",
        "M-SEARCH * HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2.0 200 OK", "ICY 200 OK\r\n", "GET /\r\n",
        "get / HTTP/1.1\r\n", "GETX / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "EHLO a\r\n", "\x16\x03\x01\x02", "USER anonymous\r\n",
        "\r\n\r\n\r\n"}) {
    EXPECT_EQ(probe(as_bytes(s)), Probe::no) << s;
  }
}

TEST(HttpProbe, SaysNoToRandomBytes) {
  std::mt19937 random(7);
  for (unsigned i = 0; i < 200'000; ++i) {
    std::uint8_t bytes[64];
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
    EXPECT_EQ(probe(bytes), Probe::no);
  }
}

}  // namespace
}  // namespace pellucid::http
