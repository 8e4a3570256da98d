// However a flow's bytes are cut into pieces, an http::Session gives the same transactions.
#include <gtest/gtest.h>

#include <random>

#include "test/unit/http/replay.h"

namespace pellucid::http {
namespace {

struct Turn {  // what one side says, or loses, before the other does
  Dir dir;
  std::string bytes;
  std::uint64_t lost_after;
};
using Talk = std::vector<Turn>;
using Random = std::mt19937;

unsigned upto(Random& random, unsigned n) { return static_cast<unsigned>(random() % n); }
const char* any(Random& random, std::initializer_list<const char*> list) {
  return list.begin()[upto(random, static_cast<unsigned>(list.size()))];
}

std::string filler(Random& random) {
  const unsigned kinds = upto(random, 10);
  if (kinds == 0) return "X-Long: " + std::string(upto(random, 9000), 'x') + "\r\n";
  if (kinds == 1) return "X-Fold: a\r\n b\r\n";
  if (kinds == 2) return "\rX-Return: y\n";
  return any(random, {"", "Host: h.example\r\n", "Accept: */*\n", "junk\r\n", "Transfer-Encoding:\r\n"});
}

std::string body_bytes(Random& random, unsigned size) {
  std::string s;
  for (unsigned i = 0; i < size; ++i) s += static_cast<char>(random());
  return s;
}

std::string chunks(Random& random) {
  std::string s;
  for (unsigned i = upto(random, 4); i > 0; --i) {
    const unsigned size = 1 + upto(random, 40);
    char line[32];
    std::snprintf(line, sizeof line, any(random, {"%x\r\n", "%X\n", "%x;a=b\r\n", "%03x \r\n"}), size);
    s += line + body_bytes(random, size) + any(random, {"\r\n", "\n", "\r\n", "\r\n", "?"});
  }
  return s + any(random, {"0\r\n\r\n", "0\n\n", "0\r\nT: v\r\n\r\n", "0\r\n\n"});
}

// Fields that frame a body, and the body.
std::string framed(Random& random) {
  const unsigned size = upto(random, 60);
  switch (upto(random, 6)) {
    case 0:
      return "Content-Length: 0\r\n\r\n";
    case 1:
      return "Transfer-Encoding: chunked\r\n" + filler(random) + "\r\n" + chunks(random);
    case 2:
      return "\r\n";
    case 3:
      return "content-length : " + std::to_string(size) + "\n" + filler(random) + "\n" + body_bytes(random, size);
    default:
      return "Content-Length:" + std::to_string(size) + "\r\n" + filler(random) + "\r\n" + body_bytes(random, size);
  }
}

std::string request(Random& random) {
  if (upto(random, 25) == 0) return body_bytes(random, upto(random, 100)) + "\n";
  const std::string start = any(random, {"GET /", "POST /", "HEAD /", "PUT /", "OPTIONS *", "CONNECT h:443", "GET /a b"});
  const std::string target = upto(random, 8) == 0 ? std::string(upto(random, 9000), 'a') : "x";
  return start + target + any(random, {" HTTP/1.1\r\n", " HTTP/1.0\n", " HTTP/1.1\r\n", " HTP\r\n"}) + filler(random) +
         framed(random);
}

std::string response(Random& random) {
  if (upto(random, 25) == 0) return body_bytes(random, upto(random, 100));
  const std::string start = any(random, {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 404\r\n", "HTTP/1.0 204 No\n",
                                         "HTTP/1.1 100 Continue\r\n", "HTTP/1.1 304 x\r\n", "HTTP/1.1 101 Switch\r\n",
                                         "HTTP/1.1 301 Moved\r\n", "HTTP/1.1 500 Oops\r\n", "HTTP/1.1 200 OK\r\n"});
  return start + filler(random) + framed(random);
}

Talk make_talk(Random& random) {
  Talk talk;
  for (unsigned i = 1 + upto(random, 14); i > 0; --i) {
    const Dir dir = upto(random, 2) == 0 ? Dir::up : Dir::down;
    Turn turn{dir, dir == Dir::up ? request(random) : response(random), 0};
    if (upto(random, 12) == 0) {
      turn.bytes.resize(upto(random, static_cast<unsigned>(turn.bytes.size()) + 1));
      turn.lost_after = 1 + upto(random, 80);
    }
    talk.push_back(turn);
  }
  return talk;
}

struct Outcome {
  std::vector<std::string> seen, requests, responses, names;
  Event last;
  std::size_t used;  // of the turn that was the last
  bool operator==(const Outcome&) const = default;
};

Outcome play(const Talk& talk, Random* cut) {
  Replay r(256);
  Outcome out{};
  for (const Turn& turn : talk) {
    std::size_t at = 0;
    out.used = 0;
    while (at < turn.bytes.size()) {
      std::size_t n = turn.bytes.size() - at;
      if (cut != nullptr) n = std::min<std::size_t>(n, upto(*cut, 3) == 0 ? 1 : 1 + upto(*cut, 200));
      out.used += r.feed(turn.dir, std::string_view(turn.bytes).substr(at, n));
      at += n;
      if (r.last == Event::upgraded || r.last == Event::failed) break;
    }
    if (r.last == Event::upgraded || r.last == Event::failed) break;
    if (turn.lost_after != 0) r.lose(turn.dir, turn.lost_after);
  }
  out.last = r.last;
  r.end();
  out.seen = r.seen;
  out.requests = r.requests;
  out.responses = r.responses;
  out.names = r.names;
  return out;
}

TEST(HttpSplit, GivesTheSameTransactionsForEverySplit) {
  Random random(20240607);
  unsigned transactions = 0;
  unsigned upgrades = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    const Talk talk = make_talk(random);
    const Outcome whole = play(talk, nullptr);
    transactions += static_cast<unsigned>(whole.seen.size());
    upgrades += whole.last == Event::upgraded ? 1 : 0;
    for (unsigned cut = 0; cut < 4; ++cut) {
      const Outcome pieces = play(talk, &random);
      ASSERT_EQ(pieces.seen, whole.seen) << "round " << round;
      ASSERT_TRUE(pieces == whole) << "round " << round;
    }
  }
  EXPECT_GT(transactions, 3000u);
  EXPECT_GT(upgrades, 50u);
}

TEST(HttpSplit, GivesTheSameTransactionsOctetByOctet) {
  Random random(11);
  for (unsigned round = 0; round < 200; ++round) {
    const Talk talk = make_talk(random);
    Talk octets;
    for (const Turn& turn : talk) {
      for (const char c : turn.bytes) octets.push_back({turn.dir, std::string(1, c), 0});
      if (!octets.empty()) octets.back().lost_after = turn.bytes.empty() ? 0 : turn.lost_after;
    }
    bool comparable = true;
    for (const Turn& turn : talk) comparable = comparable && (turn.lost_after == 0 || !turn.bytes.empty());
    if (!comparable) continue;
    EXPECT_EQ(play(octets, nullptr).seen, play(talk, nullptr).seen) << "round " << round;
  }
}

}  // namespace
}  // namespace pellucid::http
