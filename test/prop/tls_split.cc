// However a conversation's bytes are cut, the session that reads them is the same.
#include <gtest/gtest.h>

#include <random>

#include "test/unit/tls/talk.h"

namespace pellucid::tls {
namespace {

using namespace make;

std::vector<Talk> talks() {
  Talk alert = full12(700);
  alert.resize(1);
  alert.push_back({1, record(21, {2, 70})});
  Talk plain = {{0, record(22, message(1, old_hello("plain.example")))}, {1, octets("220 not TLS at all\r\n")}};
  Talk old = {{0, v2_hello()}, {1, record(22, message(2, server_hello(0x0301, 0x002f, {})))}, {1, kCcs}, {0, kCcs}};
  return {full12(16384), full12(1), full12(137), resumed12(), full13(16384), full13(50), retry13(), alert, plain, old};
}

Octets read_whole(const Talk& talk) {
  Listener l;
  l.hear(talk);
  return l.result();
}

TEST(TlsSplit, EveryCutOfEveryUtteranceGivesTheSameSession) {
  for (const Talk& talk : talks()) {
    const Octets expected = read_whole(talk);
    for (std::size_t which = 0; which < talk.size(); ++which) {
      const Bytes bytes = talk[which].bytes;
      const std::size_t step = bytes.size() > 4000 ? 7 : 1;
      for (std::size_t cut = 1; cut < bytes.size(); cut += step) {
        Listener l;
        for (std::size_t i = 0; i < talk.size(); ++i) {
          if (i != which) {
            l.hear(talk[i].dir, talk[i].bytes);
            continue;
          }
          l.hear(talk[i].dir, bytes.first(cut));
          l.hear(talk[i].dir, bytes.subspan(cut));
        }
        ASSERT_EQ(l.result(), expected) << which << " at " << cut;
      }
    }
  }
}

TEST(TlsSplit, OctetByOctetGivesTheSameSession) {
  for (const Talk& talk : talks()) {
    Listener l;
    for (const Said& said : talk) {
      for (const std::uint8_t& b : said.bytes) l.hear(said.dir, Bytes(&b, 1));
    }
    EXPECT_EQ(l.result(), read_whole(talk));
  }
}

TEST(TlsSplit, RandomPiecesGiveTheSameSessionAndOneHello) {
  std::mt19937_64 rng(2024);
  const std::vector<Talk> all = talks();
  for (unsigned round = 0; round < 2000; ++round) {
    const Talk& talk = all[rng() % all.size()];
    Listener l;
    for (const Said& said : talk) {
      for (Bytes left = said.bytes; !left.empty();) {
        const std::size_t n = std::min<std::size_t>(left.size(), 1 + rng() % 600);
        l.hear(said.dir, left.first(n));
        left = left.subspan(n);
      }
    }
    ASSERT_EQ(l.result(), read_whole(talk)) << round;
    ASSERT_LE(l.hellos, 1u);
  }
}

TEST(TlsSplit, BrokenConversationsAreCutWithoutConsequenceToo) {
  std::mt19937_64 rng(7);
  const std::vector<Talk> all = talks();
  for (unsigned round = 0; round < 3000; ++round) {
    Talk talk = all[rng() % all.size()];
    for (unsigned flips = 1 + static_cast<unsigned>(rng() % 4); flips > 0; --flips) {
      Octets& bytes = talk[rng() % talk.size()].bytes;
      bytes[rng() % bytes.size()] ^= static_cast<std::uint8_t>(1u << (rng() % 8));
    }
    Listener l;
    for (const Said& said : talk) {
      for (Bytes left = said.bytes; !left.empty();) {
        const std::size_t n = std::min<std::size_t>(left.size(), 1 + rng() % 300);
        l.hear(said.dir, left.first(n));
        left = left.subspan(n);
      }
    }
    ASSERT_EQ(l.result(), read_whole(talk)) << round;
  }
}

TEST(TlsSplit, LossesAnywhereLeaveNothingBehind) {
  std::mt19937_64 rng(99);
  const std::vector<Talk> all = talks();
  unsigned marked = 0;
  for (unsigned round = 0; round < 3000; ++round) {
    const Talk& talk = all[rng() % all.size()];
    Listener l;  // its end checks that every chunk came back
    for (const Said& said : talk) {
      for (Bytes left = said.bytes; !left.empty();) {
        const std::size_t n = std::min<std::size_t>(left.size(), 1 + rng() % 600);
        if (rng() % 8 == 0) {
          lost(l.s, said.dir == 0 ? Dir::up : Dir::down, l.spools);
        } else {
          l.hear(said.dir, left.first(n));
        }
        left = left.subspan(n);
      }
    }
    marked += (l.s.flags & kTlsIncomplete) != 0;
  }
  EXPECT_GT(marked, 500u);
}

}  // namespace
}  // namespace pellucid::tls
