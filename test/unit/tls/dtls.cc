#include "lib/tls/dtls.h"

#include <random>

#include <gtest/gtest.h>

#include "lib/tls/handshake.h"
#include "test/unit/tls/talk.h"

namespace pellucid::tls {
namespace {

using namespace make;

constexpr std::uint16_t kVersion = 0xfefd;

Octets packet(std::uint8_t type, const Octets& body, std::uint16_t epoch = 0, std::uint16_t version = kVersion) {
  return join({{type}, number(version, 2), number(epoch, 2), number(7, 6), sized(2, body)});
}
Octets part(std::uint8_t type, const Octets& body, std::uint16_t at, std::size_t from, std::size_t size) {
  const auto begin = body.begin() + static_cast<std::ptrdiff_t>(from);
  return join({{type},
               number(body.size(), 3),
               number(at, 2),
               number(from, 3),
               sized(3, Octets(begin, begin + static_cast<std::ptrdiff_t>(size)))});
}
Octets whole(std::uint8_t type, const Octets& body, std::uint16_t at) { return part(type, body, at, 0, body.size()); }
Octets said(std::uint8_t type, const Octets& body, std::uint16_t at) { return packet(22, whole(type, body, at)); }

// What a client says in DTLS: a cookie stands behind the session id.
Octets with_cookie(const Octets& hello, std::size_t size) {
  constexpr std::ptrdiff_t kAt = 2 + 32 + 1 + 32;
  return join(
      {Octets(hello.begin(), hello.begin() + kAt), sized(1, Octets(size, 0xcc)), Octets(hello.begin() + kAt, hello.end())});
}
Octets client() { return client_hello(kVersion, numbers({0xc02b}), sni("dtls.example")); }
Octets server() { return server_hello(kVersion, 0xc02b, {}); }
Octets certificates() { return chain12({Octets(3000, 0x30), Octets(2000, 0x31)}); }

struct Ear {
  Listener l;
  Dtls d;
  Octets late = Octets(kMaxLate);

  Ear() { reset(d); }
  ~Ear() { drop(d, l.spools); }
  Step hear(unsigned dir, const Octets& datagram) {
    Room room{l.spools, {l.scratch.get(), kScratch}};
    const Step step = feed(d, l.s, dir == 0 ? Dir::up : Dir::down, datagram, {room, late});
    if (step == Step::done || step == Step::failed) l.end = step;
    return step;
  }
};

TEST(Dtls, AHandshakeWithACookieIsRead) {
  Ear e;
  EXPECT_EQ(e.hear(0, said(1, with_cookie(client(), 0), 0)), Step::hello);
  EXPECT_EQ(e.l.sni(), "dtls.example");
  EXPECT_EQ(e.l.kept(e.l.s.client_hello), client());
  EXPECT_EQ(e.hear(1, said(3, join({number(kVersion, 2), sized(1, Octets(20, 0xcc))}), 0)), Step::more);
  EXPECT_EQ(e.hear(0, said(1, with_cookie(client(), 20), 1)), Step::more);
  EXPECT_EQ(e.hear(1, join({said(2, server(), 1), said(11, certificates(), 2), said(14, {}, 3)})), Step::more);
  EXPECT_EQ(e.hear(0, join({said(16, Octets(66, 1), 2), packet(20, {1}), packet(22, Octets(40, 0xee), 1)})), Step::more);
  EXPECT_EQ(e.hear(1, join({packet(20, {1}), packet(22, Octets(40, 0xee), 1)})), Step::done);
  EXPECT_EQ(e.l.s.version, kVersion);
  EXPECT_EQ(e.l.s.cipher, 0xc02b);
  EXPECT_EQ(e.l.s.flags, 0);
  EXPECT_EQ(e.l.kept(e.l.s.certificates), certificates());
}

TEST(Dtls, Version13EndsWithItsFirstProtectedRecord) {
  Ear e;
  const Octets hello = client_hello(kVersion, numbers({0x1301}), extension(43, sized(1, numbers({0xfefc, 0xfefd}))));
  EXPECT_EQ(e.hear(0, said(1, with_cookie(hello, 0), 0)), Step::hello);
  EXPECT_EQ(e.l.s.offered_version, 0xfefc);
  const Octets sealed{0x2f, 0, 1, 0, 20, 1, 2, 3};
  e.hear(1, join({said(2, server_hello(kVersion, 0x1301, extension(43, numbers({0xfefc}))), 0), sealed}));
  EXPECT_EQ(e.hear(0, sealed), Step::done);
  EXPECT_EQ(e.l.s.version, 0xfefc);
  EXPECT_EQ(e.l.s.cipher, 0x1301);
}

// A server that counts from 0 again after its HelloVerifyRequest, and a client that leaves numbers out.
TEST(Dtls, HellosBeginAnewWhateverTheirNumber) {
  Ear e;
  e.hear(0, said(1, with_cookie(client(), 0), 5));
  e.hear(1, said(3, join({number(kVersion, 2), sized(1, {1})}), 0));
  e.hear(0, said(1, with_cookie(client(), 1), 9));
  e.hear(1, join({said(2, server(), 0), said(11, certificates(), 1)}));
  EXPECT_EQ(e.l.s.server_read, 1);
  EXPECT_EQ(e.l.kept(e.l.s.certificates), certificates());
}

TEST(Dtls, ADatagramIsKnownByItsFraming) {
  const Octets hello = said(1, with_cookie(client(), 0), 0);
  EXPECT_EQ(probe_dtls(hello), Probe::yes);
  EXPECT_EQ(probe_dtls(join({hello, {1, 2, 3}})), Probe::yes);
  EXPECT_EQ(probe_dtls(Bytes(hello).first(30)), Probe::no);
  EXPECT_EQ(probe_dtls(packet(23, Octets(50, 1), 1)), Probe::yes);
  EXPECT_EQ(probe_dtls(join({packet(23, Octets(50, 1), 1), {9}})), Probe::no);
  EXPECT_EQ(probe_dtls(packet(22, Octets(50, 0xff))), Probe::no);
  EXPECT_EQ(probe_dtls(packet(23, {}, 1, 0x0303)), Probe::no);
  EXPECT_EQ(probe_dtls(Octets(40, 0x2f)), Probe::no);  // it could be anything
}

struct Cut {
  unsigned dir;
  Octets bytes;
};

// Each message in pieces that overlap, some of them twice.
void cut(std::vector<Cut>& out, unsigned dir, std::uint8_t type, const Octets& body, std::uint16_t at, std::mt19937& random) {
  std::size_t from = 0;
  do {
    const std::size_t before = std::min<std::size_t>(from, random() % 3 == 0 ? random() % 200 : 0);
    const std::size_t size = std::min<std::size_t>(body.size() - from, 1 + random() % 900);
    out.push_back({dir, part(type, body, at, from - before, size + before)});
    if (random() % 4 == 0) out.push_back(out.back());
    from += size;
  } while (from < body.size());
}

TEST(Dtls, FragmentsInAnyOrderGiveWhatTlsWouldHave) {
  Listener plain;
  plain.hear(0, record(22, message(1, client())));
  plain.hear(1, record(22, join({message(2, server()), message(11, certificates()), message(14, {})})));
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    std::vector<Cut> cuts, server_cuts;
    cut(cuts, 0, 1, with_cookie(client(), random() % 256), 0, random);
    cut(server_cuts, 1, 2, server(), 1, random);
    cut(server_cuts, 1, 11, certificates(), 2, random);
    cut(server_cuts, 1, 14, {}, 3, random);
    std::shuffle(cuts.begin() + 1, cuts.end(), random);
    std::shuffle(server_cuts.begin() + 1, server_cuts.end(), random);  // what comes first says where numbers begin
    cuts.insert(cuts.end(), server_cuts.begin(), server_cuts.end());
    Ear e;
    for (std::size_t i = 0; i < cuts.size();) {
      Octets datagram;
      const unsigned dir = cuts[i].dir;
      do {
        add(datagram, packet(22, cuts[i++].bytes));
      } while (i < cuts.size() && cuts[i].dir == dir && random() % 3 == 0);
      e.hear(dir, datagram);
    }
    EXPECT_EQ(e.l.result(), plain.result()) << seed;
    EXPECT_EQ(e.d.side[0].late.size + e.d.side[1].late.size, 0u) << seed;
  }
}

TEST(Dtls, WhatWaitsIsBounded) {
  Ear e;
  e.hear(0, said(1, with_cookie(client(), 0), 0));
  for (std::uint16_t i = 2; i < 200; ++i) e.hear(0, said(11, Octets(1000, 1), i));
  EXPECT_LE(e.d.side[0].late.size, kMaxLate);
  EXPECT_NE(e.l.s.flags & kTlsIncomplete, 0);
}

}  // namespace
}  // namespace pellucid::tls
