#include "lib/dns/stream.h"

#include <gtest/gtest.h>

#include <vector>

#include "test/unit/dns/wire.h"

namespace pellucid::dns {
namespace {

struct Replay {
  explicit Replay(std::uint32_t chunks = 64) : spools(chunks), scratch(kMaxKept) { reset(session); }
  void feed(Dir dir, std::string_view bytes) {
    Room room{spools, scratch};
    std::size_t used = 0;
    do {
      const Fed fed = dns::feed(session, dir, as_bytes(bytes.substr(used)), room);
      used += fed.used;
      last = fed.event;
      if (fed.event == Event::message) {
        messages.emplace_back(as_text(fed.message));
        cut.push_back(fed.cut);
      }
    } while (last == Event::message && used < bytes.size());
    if (last == Event::more) {
      EXPECT_EQ(used, bytes.size());
    }
  }
  void end() {
    drop(session, spools);
    EXPECT_EQ(spools.live_chunks(), 0u);
  }
  Spools spools;
  std::vector<std::uint8_t> scratch;
  Session session{};
  Event last = Event::more;
  std::vector<std::string> messages;
  std::vector<int> cut;
};

TEST(DnsStream, GivesEveryMessageWhateverTheSplit) {
  const Wire a = query("a.example"), b = query("bb.example"), c = query("ccc.example");
  const std::string all = a.framed() + b.framed() + c.framed();
  for (std::size_t step = 1; step <= all.size(); ++step) {
    Replay r;
    for (std::size_t at = 0; at < all.size(); at += step) r.feed(Dir::up, std::string_view(all).substr(at, step));
    EXPECT_EQ(r.messages, (std::vector<std::string>{a.text(), b.text(), c.text()})) << step;
    EXPECT_EQ(r.spools.live_chunks(), 0u);
    r.end();
  }
}

TEST(DnsStream, KeepsDirectionsApart) {
  Replay r;
  const std::string q = query("a.example").framed();
  r.feed(Dir::up, q.substr(0, 5));
  r.feed(Dir::down, q.substr(0, 9));
  r.feed(Dir::up, q.substr(5));
  r.feed(Dir::down, q.substr(9));
  EXPECT_EQ(r.messages.size(), 2u);
  r.end();
}

TEST(DnsStream, CutsAMessageAtItsLimit) {
  for (const std::size_t step : {100u, 70'000u}) {
    Replay r;
    Wire w(1, 0x8180, {1, 1, 0, 0});
    w.question("a.example", kTxt).record(kTxt, std::string(40'000, 'x'));
    const std::string all = w.framed() + query("b").framed();
    for (std::size_t at = 0; at < all.size(); at += step) r.feed(Dir::down, std::string_view(all).substr(at, step));
    ASSERT_EQ(r.messages.size(), 2u);
    EXPECT_EQ(r.messages[0], w.text().substr(0, kMaxKept));
    EXPECT_EQ(r.cut, (std::vector<int>{1, 0}));
    r.end();
  }
}

TEST(DnsStream, CutsAMessageWhenThePoolIsFull) {
  Replay r(1);
  Wire w(1, 0x8180, {1, 1, 0, 0});
  w.question("a.example", kTxt).record(kTxt, std::string(3000, 'x'));
  const std::string all = w.framed();
  r.feed(Dir::down, all.substr(0, 1000));
  r.feed(Dir::down, all.substr(1000));
  EXPECT_EQ(r.cut, std::vector<int>{1});
  EXPECT_EQ(r.messages[0].size(), 998u);
  r.end();
}

TEST(DnsStream, FailsOnALengthThatIsNone) {
  Replay r;
  r.feed(Dir::up, octets({0, 11}));
  EXPECT_EQ(r.last, Event::failed);
  r.end();
}

TEST(DnsStream, AGapWithinAMessageCutsIt) {
  Replay r;
  const Wire w = query("a.example");
  const std::string all = w.framed();
  r.feed(Dir::up, all.substr(0, 20));
  lost(r.session, Dir::up, 3, r.spools);
  r.feed(Dir::up, all.substr(23) + query("b").framed());
  EXPECT_EQ(r.messages, (std::vector<std::string>{w.text().substr(0, 18), query("b").text()}));
  EXPECT_EQ(r.cut, (std::vector<int>{1, 0}));
  r.end();
}

TEST(DnsStream, AGapThatEndsAMessageCutsIt) {
  Replay r;
  const std::string all = query("a.example").framed();
  r.feed(Dir::up, all.substr(0, 20));
  lost(r.session, Dir::up, all.size() - 20, r.spools);
  r.feed(Dir::up, all);
  EXPECT_EQ(r.cut, (std::vector<int>{1, 0}));
  r.end();
}

TEST(DnsStream, AGapThatHidesAMessageLeavesNothingOfIt) {
  Replay r;
  const std::string all = query("a.example").framed();
  r.feed(Dir::up, all.substr(0, 4));
  lost(r.session, Dir::up, all.size() - 4, r.spools);
  r.feed(Dir::up, all);
  EXPECT_EQ(r.cut, std::vector<int>{0});
  r.end();
}

TEST(DnsStream, BehindALongerGapTheNextMessageIsFound) {
  Replay r;
  const std::string all = query("a.example").framed();
  r.feed(Dir::up, all.substr(0, 20));
  lost(r.session, Dir::up, 1000, r.spools);
  EXPECT_EQ(r.spools.live_chunks(), 0u);
  r.feed(Dir::up, "rest of another message");
  EXPECT_TRUE(r.messages.empty());
  r.feed(Dir::up, all);
  EXPECT_EQ(r.messages.size(), 1u);
  lost(r.session, Dir::up, 1, r.spools);  // between messages
  r.feed(Dir::up, all.substr(1));
  EXPECT_EQ(r.messages.size(), 1u);
  r.end();
}

}  // namespace
}  // namespace pellucid::dns
