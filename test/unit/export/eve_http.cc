#include "lib/export/eve_http.h"

#include <gtest/gtest.h>

#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

std::string http_line(std::string_view request, std::string_view response) {
  Bench b;
  HttpBody body{};
  body.tx = 3;
  body.response_bytes = 1234;
  const std::array pieces{piece(Part::http_request, as_bytes(request)), piece(Part::http_response, as_bytes(response))};
  return b.line(head_of(Kind::http), body, pieces);
}

TEST(EveHttp, ATransactionHasEvesFields) {
  const std::string line = http_line(
      "GET /a?b=c HTTP/1.1\r\nHost: www.example.org:8080\r\nUser-Agent: curl/8\r\nReferer: http://r.example/\r\n"
      "Cookie: secret=1\r\nAuthorization: Basic c2VjcmV0\r\nX-Forwarded-For: 10.0.0.1\r\n",
      "HTTP/1.1 301 Moved\r\nContent-Type: text/html; charset=utf-8\r\nLocation: /b\r\nSet-Cookie: secret=2\r\n"
      "Content-Range: bytes 0-5/10\r\n");
  EXPECT_TRUE(
      has(line,
          "\"tx_id\":3,\"http\":{\"hostname\":\"www.example.org\",\"http_port\":8080,\"url\":\"/a?b=c\","
          "\"http_user_agent\":\"curl/8\",\"xff\":\"10.0.0.1\",\"http_refer\":\"http://r.example/\",\"http_method\":\"GET\","
          "\"http_content_type\":\"text/html\",\"content_range\":{\"raw\":\"bytes 0-5/10\"},\"status\":301,"
          "\"redirect\":\"/b\",\"protocol\":\"HTTP/1.1\",\"length\":1234},"));
  EXPECT_FALSE(has(line, "secret"));
  EXPECT_FALSE(has(line, "c2VjcmV0"));
}

TEST(EveHttp, OneSideAloneIsShown) {
  const std::string request = http_line("POST /x HTTP/1.0\r\n", "");
  EXPECT_TRUE(has(request, "\"url\":\"/x\",\"http_method\":\"POST\",\"protocol\":\"HTTP/1.0\""));
  EXPECT_FALSE(has(request, "status"));
  EXPECT_TRUE(has(http_line("", "HTTP/1.1 200 OK\r\n"), "\"http\":{\"status\":200,\"protocol\":\"HTTP/1.1\",\"length\":1234}"));
  EXPECT_TRUE(has(http_line("", ""), "\"http\":{\"length\":1234}"));
}

TEST(EveHttp, CredentialsInUrlsAreLeftOut) {
  EXPECT_EQ(without_userinfo("http://user:pass@host/a@b"), "http://host/a@b");
  EXPECT_EQ(without_userinfo("http://a@b@host"), "http://host");
  EXPECT_EQ(without_userinfo("//u@host?x=@"), "//host?x=@");
  EXPECT_EQ(without_userinfo("/path//x@y"), "/path//x@y");
  EXPECT_EQ(without_userinfo("/a@b"), "/a@b");
  EXPECT_EQ(without_userinfo("http://host"), "http://host");
  EXPECT_EQ(without_userinfo(""), "");
  EXPECT_FALSE(has(http_line("GET http://u:pw@h/ HTTP/1.1\r\n", ""), "pw"));
}

}  // namespace
}  // namespace pellucid::exporter
