#include "lib/export/conversation.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "lib/export/packet_text.h"
#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoon = 1'795'352'461'123'456'789;

struct Speech {
  Ring ring{1 << 18};
  Conversations conversations;
  std::string out;

  Speech() { conversations.begin_file("grant g-1", out); }
  void say(std::uint64_t flow, unsigned dir, std::uint64_t offset, std::string_view text, std::uint8_t last = 0,
           std::uint8_t family = 4) {
    Head head = sample::head_of(Kind::text);
    head.flow_id = flow;
    head.family = family;
    head.sport = static_cast<std::uint16_t>(50'000 + flow % 1000);
    head.ts_ns = kNoon + out.size();
    TextBody body{};
    body.offset = offset;
    body.dir = static_cast<std::uint8_t>(dir);
    body.last = last;
    const std::array pieces{piece(Part::text, as_bytes(text))};
    ASSERT_TRUE(write_record(ring, head, body, pieces));
    conversations.add(read_record(ring.peek()), out);
    ring.release_wiped();
  }
};

// What tshark says of a file; empty where it says nothing.
std::string ask_tshark(const std::string& text, const std::string& options) {
  const fs::path file = fs::temp_directory_path() / ("conversation-" + std::to_string(getpid()) + ".pcapng");
  std::ofstream(file, std::ios::binary) << text;
  const std::string command =
      "tshark -n -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -r " + file.string() + " " + options + " 2>/dev/null";
  std::string said;
  std::FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> room;
  for (std::size_t n; (n = std::fread(room.data(), 1, room.size(), pipe)) != 0;) said.append(room.data(), n);
  pclose(pipe);
  fs::remove(file);
  return said;
}

bool tshark_is_missing() { return std::system("tshark --version >/dev/null 2>&1") != 0; }

// Whatever an expert calls a warning, but for HTTP in the clear on port 443, which is what delivery is for; and those notes
// that tell of segments out of their order.
std::string complaints(const std::string& text) {
  return ask_tshark(
      text,
      "-Y '(_ws.expert.severity >= \"Warning\" && !http.tls_port) || tcp.analysis.flags || tcp.checksum.status != \"Good\"'");
}

std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string followed(const std::string& text, unsigned stream) {
  std::string out;
  const std::string said = ask_tshark(text, "-q -z follow,tcp,raw," + std::to_string(stream));
  for (std::size_t at = 0; at < said.size();) {
    const std::size_t end = std::min(said.find('\n', at), said.size());
    const std::string line = said.substr(at, end - at);
    at = end + 1;
    const std::string digits =
        line.substr(line.find_first_not_of('\t') == std::string::npos ? 0 : line.find_first_not_of('\t'));
    if (!digits.empty() && digits.find_first_not_of("0123456789abcdef") == std::string::npos) out += digits;
  }
  return out;
}

TEST(Conversations, TsharkFollowsWhatWasSaidAndComplainsOfNothing) {
  if (tshark_is_missing()) GTEST_SKIP() << "tshark is not installed";
  for (const std::uint8_t family : {std::uint8_t{4}, std::uint8_t{6}}) {
    Speech s;
    const std::string answer(16'384, 'x');
    s.say(7, 0, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, family);
    s.say(7, 1, 0, answer, 0, family);
    s.say(7, 1, answer.size(), "end", 0, family);
    s.say(7, 0, 27, "odd", 0, family);
    s.say(7, 0, 0, "", 1, family);
    EXPECT_EQ(complaints(s.out), "");
    EXPECT_EQ(followed(s.out, 0), hex("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + answer + "endodd"));
    EXPECT_EQ(s.conversations.open(), 0u);
    s.out[s.out.rfind("odd")] = 'O';  // … and does complain of a checksum
    EXPECT_NE(complaints(s.out), "");
  }
}

TEST(Conversations, WhatIsMissingIsMissingOfTheSequenceNumbers) {
  if (tshark_is_missing()) GTEST_SKIP() << "tshark is not installed";
  Speech s;
  s.say(1, 0, 0, "abc");
  s.say(1, 0, 1'000, "def");
  EXPECT_EQ(ask_tshark(s.out, "-Y tcp.analysis.lost_segment -T fields -e tcp.seq"), "1001\n");
}

TEST(Conversations, OctetsThatAreToldTwiceDoNotGoBack) {
  if (tshark_is_missing()) GTEST_SKIP() << "tshark is not installed";
  Speech s;
  s.say(1, 0, 0, "abc");
  s.say(1, 0, 1, "bcd");
  s.say(1, 0, ~std::uint64_t{0} - 1, "far");
  EXPECT_EQ(ask_tshark(s.out, "-Y tcp.analysis.retransmission"), "");
  EXPECT_EQ(ask_tshark(s.out, "-Y 'tcp.len > 0' -T fields -e tcp.seq"), "1\n4\n268435463\n");
}

TEST(Conversations, EachFileCanBeReadAlone) {
  if (tshark_is_missing()) GTEST_SKIP() << "tshark is not installed";
  Speech s;
  s.say(1, 0, 0, "first");
  s.out.clear();
  s.conversations.begin_file("grant g-1", s.out);
  s.say(1, 0, 5, "second");
  EXPECT_EQ(complaints(s.out), "");
  EXPECT_EQ(followed(s.out, 0), hex("second"));
}

TEST(Conversations, TheOneThatWasSilentLongestGivesWay) {
  Speech s;
  for (std::uint64_t flow = 0; flow < kMaxConversations; ++flow) {
    s.say(flow, 0, 0, "x");
    s.out.clear();
  }
  s.say(0, 0, 1, "y");
  s.say(kMaxConversations, 0, 0, "x");
  EXPECT_EQ(s.conversations.open(), kMaxConversations);
  s.out.clear();
  s.say(1, 0, 0, "", 1);  // it is no longer known
  EXPECT_EQ(s.out, "");
  s.say(0, 0, 0, "", 1);
  EXPECT_NE(s.out, "");
}

TEST(Conversations, CommentsOfAnyLengthAreCutAndPadded) {
  for (const std::size_t size : {0u, 1u, 3u, 1024u, 100'000u}) {
    Conversations c;
    std::string out;
    c.begin_file(std::string(size, 'c'), out);
    EXPECT_EQ(out.size() % 4, 0u);
    EXPECT_LT(out.size(), kMaxComment + 100);
  }
}

}  // namespace
}  // namespace pellucid::exporter
