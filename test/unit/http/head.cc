#include "lib/http/head.h"

#include <gtest/gtest.h>

namespace pellucid::http {
namespace {

TEST(HttpHead, ReadsARequest) {
  const auto head = read_head(as_bytes("GET /a?b=c HTTP/1.1\r\nHost: example.com:8080\r\nuser-AGENT:  curl/8 \r\n"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->kind, Kind::request);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "/a?b=c");
  EXPECT_EQ(head->version, "HTTP/1.1");
  EXPECT_EQ(field(*head, "host"), "example.com:8080");
  EXPECT_EQ(field(*head, "User-Agent"), "curl/8");
  EXPECT_EQ(field(*head, "referer"), "");
}

TEST(HttpHead, ReadsAResponse) {
  const auto head = read_head(as_bytes("HTTP/1.0 404 Not Found\nContent-Type: text/plain\n"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->kind, Kind::response);
  EXPECT_EQ(head->status, 404);
  EXPECT_EQ(head->reason, "Not Found");
  EXPECT_EQ(head->version, "HTTP/1.0");
  EXPECT_EQ(field(*head, "content-type"), "text/plain");
}

TEST(HttpHead, AResponseNeedsNoReason) {
  const auto head = read_head(as_bytes("HTTP/1.1 200\r\n"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->reason, "");
}

TEST(HttpHead, RefusesWhatIsNoStartLine) {
  EXPECT_EQ(read_head(as_bytes("HTTP/1.1 2x0 OK\r\n")).err(), Err::bad_value);
  EXPECT_EQ(read_head(as_bytes("nonsense\r\n")).err(), Err::bad_value);
  EXPECT_EQ(read_head({}).err(), Err::bad_value);
}

TEST(HttpHead, KeepsSpacesInATarget) {
  const auto head = read_head(as_bytes("GET /a b HTTP/1.1\r\n"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->target, "/a b");
}

TEST(HttpHead, GivesWhatIsThereOfACutStartLine) {
  const auto head = read_head(as_bytes("GET /very/long"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->target, "/very/long");
  EXPECT_EQ(head->version, "");
  EXPECT_TRUE(head->fields.empty());
}

TEST(HttpHead, DoesNotReadAFieldThatWasCut) {
  const auto head = read_head(as_bytes("GET / HTTP/1.1\r\nHost: whole.example\r\nReferer: http://cu"));
  ASSERT_TRUE(head);
  EXPECT_EQ(field(*head, "host"), "whole.example");
  EXPECT_EQ(field(*head, "referer"), "");
}

TEST(HttpHead, KeepsFoldedLinesTogether) {
  const auto head = read_head(as_bytes("GET / HTTP/1.1\r\nX-A: one\r\n  two\r\nHost: h\r\n"));
  ASSERT_TRUE(head);
  Fields fields(*head);
  Field f;
  ASSERT_TRUE(fields.next(f));
  EXPECT_EQ(f.value, "one\r\n  two");
  ASSERT_TRUE(fields.next(f));
  EXPECT_EQ(f.name, "Host");
  EXPECT_FALSE(fields.next(f));
}

TEST(HttpHead, LeavesOutLinesThatAreNoFields) {
  const auto head = read_head(as_bytes("GET / HTTP/1.1\r\nno colon\r\n: no name\r\nb@d: x\r\nOk: y\r\n"));
  ASSERT_TRUE(head);
  Fields fields(*head);
  Field f;
  ASSERT_TRUE(fields.next(f));
  EXPECT_EQ(f.name, "Ok");
  EXPECT_FALSE(fields.next(f));
}

TEST(HttpHead, StopsAtTheLimitOfFields) {
  std::string block = "GET / HTTP/1.1\r\n";
  for (unsigned i = 0; i < kMaxFields + 5; ++i) block += "A: b\r\n";
  const auto head = read_head(as_bytes(block));
  ASSERT_TRUE(head);
  Fields fields(*head);
  Field f;
  unsigned n = 0;
  while (fields.next(f)) ++n;
  EXPECT_EQ(n, kMaxFields);
}

struct AuthorityCase {
  const char* block;
  const char* host;
  std::uint16_t port;
};
class HttpAuthority : public ::testing::TestWithParam<AuthorityCase> {};
TEST_P(HttpAuthority, IsFoundInTargetOrHost) {
  const auto head = read_head(as_bytes(GetParam().block));
  ASSERT_TRUE(head);
  const Authority a = authority(*head);
  EXPECT_EQ(a.host, GetParam().host);
  EXPECT_EQ(a.port, GetParam().port);
}
INSTANTIATE_TEST_SUITE_P(
    All, HttpAuthority,
    ::testing::Values(AuthorityCase{"GET / HTTP/1.1\r\nHost: a.example\r\n", "a.example", 0},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: a.example:81\r\n", "a.example", 81},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n", "2001:db8::1", 0},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n", "2001:db8::1", 8080},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: [broken\r\n", "broken", 0},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: a:99999\r\n", "a", 0},
                      AuthorityCase{"GET / HTTP/1.1\r\nHost: a:x\r\n", "a", 0}, AuthorityCase{"GET / HTTP/1.1\r\n", "", 0},
                      AuthorityCase{"GET http://b.example:8000/x HTTP/1.1\r\nHost: a\r\n", "b.example", 8000},
                      AuthorityCase{"GET http://u:p@b.example?q=http://z/ HTTP/1.1\r\nHost: a\r\n", "b.example", 0},
                      AuthorityCase{"GET /r?u=http://z/ HTTP/1.1\r\nHost: a\r\n", "a", 0},
                      AuthorityCase{"CONNECT c.example:443 HTTP/1.1\r\nHost: a\r\n", "c.example", 443}));

TEST(HttpHead, KnowsARequestLine) {
  EXPECT_TRUE(request_line("GET / HTTP/1.1\r\n"));
  EXPECT_TRUE(request_line("BREW /pot HTTP/1.0\n"));
  EXPECT_FALSE(request_line("GET /\r\n"));
  EXPECT_FALSE(request_line("GET HTTP/1.1\r\n"));
  EXPECT_FALSE(request_line("OPTIONS sip:a@b SIP/2.0\r\n"));
  EXPECT_FALSE(request_line("PRI * HTTP/2.0\r\n"));
  EXPECT_FALSE(request_line("GE\x01T / HTTP/1.1\r\n"));
  EXPECT_FALSE(request_line("GET /\x02 HTTP/1.1\r\n"));
  EXPECT_FALSE(request_line("AMETHODTHATISFARTOOLONGTOBEONE / HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace pellucid::http
