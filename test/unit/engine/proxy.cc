#include "lib/engine/proxy.h"

#include <gtest/gtest.h>

#include <string>

#include "test/unit/engine/path.h"

namespace pellucid {
namespace {

using namespace build;  // NOLINT: a vocabulary for packets
using engine::proxy_header;

const std::string kLine = "PROXY TCP4 192.0.2.1 198.51.100.2 52176 443\r\n";
const std::string kRequest = "GET /behind HTTP/1.1\r\nHost: a.example\r\n\r\n";

std::size_t size_of(const std::string& text) { return proxy_header(as_bytes(text)); }

// Version 2 with a body of `n` octets.
std::string block(std::size_t n, char command = 0x21, char family = 0x11) {
  std::string out("\r\n\r\n\0\r\nQUIT\n", 12);
  out += command;
  out += family;
  out += static_cast<char>(n >> 8);
  out += static_cast<char>(n & 0xff);
  return out + std::string(n, '\1');
}

TEST(Proxy, ALineEndsWithItsLineEnd) {
  EXPECT_EQ(size_of(kLine), kLine.size());
  EXPECT_EQ(size_of(kLine + "\x16\x03\x01"), kLine.size());
  EXPECT_EQ(size_of("PROXY UNKNOWN\r\n"), 15u);
  EXPECT_EQ(size_of("PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\nPROXY "), 40u);
}

TEST(Proxy, WhatIsNoLineIsNoHeader) {
  EXPECT_EQ(size_of(""), 0u);
  EXPECT_EQ(size_of("PROXY"), 0u);
  EXPECT_EQ(size_of("PROXY TCP4 192.0.2.1 198.51.100.2 52176 443"), 0u);  // without an end
  EXPECT_EQ(size_of("PROXY HTTP/1.1\r\n"), 0u);
  EXPECT_EQ(size_of("PUT / HTTP/1.1\r\n"), 0u);
  const std::string longest = "PROXY UNKNOWN " + std::string(engine::kMaxProxyLine - 16, 'x') + "\r\n";
  EXPECT_EQ(size_of(longest), engine::kMaxProxyLine);
  EXPECT_EQ(size_of("PROXY UNKNOWN " + std::string(engine::kMaxProxyLine - 15, 'x') + "\r\n"), 0u);
}

TEST(Proxy, ABlockIsAsLongAsItSays) {
  EXPECT_EQ(size_of(block(12)), 28u);
  EXPECT_EQ(size_of(block(36, 0x21, 0x21) + "more"), 52u);
  EXPECT_EQ(size_of(block(0, 0x20, 0)), 16u);
  EXPECT_EQ(size_of(block(engine::kMaxProxyBlock - 16)), engine::kMaxProxyBlock);
  EXPECT_EQ(size_of(block(engine::kMaxProxyBlock - 15)), 0u);
}

TEST(Proxy, ABrokenBlockIsNoHeader) {
  const std::string whole = block(12);
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_EQ(size_of(whole.substr(0, n)), 0u) << n;
  EXPECT_EQ(size_of(block(12, 0x31)), 0u);
  EXPECT_EQ(size_of(block(12, 0x22)), 0u);
  EXPECT_EQ(size_of(block(12, 0x21, 0x41)), 0u);
  EXPECT_EQ(size_of(block(12, 0x21, 0x13)), 0u);
  EXPECT_EQ(size_of("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), 0u);
}

// The record of a request behind these first bytes, sent in one segment or two.
bool request_is_seen(const std::string& first, const std::string& second) {
  test::Path path;
  const auto send = [&path](std::uint64_t ms, std::uint32_t seq, std::uint8_t flags, const std::string& text) {
    path.at(ms, ethernet(ip4({}, tcp({.dport = 80, .seq = seq, .flags = flags}, as_octets(text)))));
  };
  send(0, 99, 2, "");
  send(1, 100, 24, first);
  if (!second.empty()) send(2, 100 + static_cast<std::uint32_t>(first.size()), 24, second);
  for (const test::Kept& kept : path.end()) {
    if (kept.head.kind == exporter::Kind::http) return true;
  }
  return false;
}

TEST(Proxy, TheProtocolBehindItIsReadInTheSameSegmentAndInTheNext) {
  EXPECT_TRUE(request_is_seen(kLine + kRequest, ""));
  EXPECT_TRUE(request_is_seen(block(12) + kRequest, ""));
  EXPECT_TRUE(request_is_seen(kLine, kRequest));
  EXPECT_TRUE(request_is_seen(block(12), kRequest));
  EXPECT_FALSE(request_is_seen("PROXY TCP9 x\r\n" + kRequest, ""));
}

}  // namespace
}  // namespace pellucid
