#include "lib/quic/session.h"

#include <gtest/gtest.h>

#include "test/unit/quic/make.h"

namespace pellucid::quic {
namespace {

const Octets kOrigin = unhex("8394c8f03e515708"), kClient = unhex("c1c2"), kServer = unhex("51525354");

struct Talk {
  Talk() { reset(session); }
  ~Talk() { drop(session, rooms); }
  // Every packet of a datagram; the names of what became of them.
  std::string say(Dir dir, Bytes datagram) {
    std::string out;
    while (!datagram.empty()) {
      Bytes rest;
      out += kFateLabels[static_cast<std::size_t>(take(session, dir, datagram, tools, rest))];
      datagram = rest;
      if (!rest.empty()) out += " ";
    }
    return out;
  }
  std::string heard(Dir dir) {
    const Bytes all = message(session, dir, rooms);
    std::string out = hex(all);
    pass(session, dir, all.size(), rooms);
    return out;
  }

  openssl::Hasher hasher;
  std::unique_ptr<crypto::Aes128> aes = openssl::make_aes128();
  Rooms rooms{2};
  std::uint32_t budget = 100;
  std::vector<std::uint8_t> scratch = std::vector<std::uint8_t>(kMaxDatagram);
  Tools tools{hasher, *aes, rooms, scratch, budget};
  Session session;
};

Octets hello(std::uint8_t type, std::size_t size) {
  Octets out{type};
  append_number(out, size, 3);
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(i));
  return out;
}

Octets from_client(Bytes payload, std::uint32_t number = 0) {
  return seal({.origin = kOrigin, .dcid = kOrigin, .scid = kClient, .number = number, .least = 1200},
              Octets(payload.begin(), payload.end()));
}
Octets from_server(Bytes payload, std::uint32_t version = kV1, Bytes origin = kOrigin) {
  return seal({.version = version,
               .sender = End::server,
               .origin = Octets(origin.begin(), origin.end()),
               .dcid = kClient,
               .scid = kServer},
              Octets(payload.begin(), payload.end()));
}

TEST(Session, HellosOfBothSidesAreRead) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::up, from_client(crypto_frame(0, hello(1, 300)))), "opened");
  EXPECT_EQ(talk.session.client, Dir::up);
  EXPECT_EQ(talk.heard(Dir::up), hex(hello(1, 300)));
  Octets answer = from_server(crypto_frame(0, hello(2, 90)));
  append(answer, seal({.sender = End::server, .origin = kOrigin, .dcid = kClient, .scid = kServer, .type = 2}, {1}));
  EXPECT_EQ(talk.say(Dir::down, answer), "opened sealed");
  EXPECT_EQ(talk.heard(Dir::down), hex(hello(2, 90)));
  EXPECT_EQ(talk.say(Dir::up, unhex("4051525354aabb")), "sealed");
  EXPECT_EQ(talk.session.sealed, 3);
  EXPECT_EQ(hex(talk.session.id[0].view()), hex(kClient));
  EXPECT_EQ(hex(talk.session.id[1].view()), hex(kServer));
  EXPECT_EQ(talk.session.flags, 0);
  EXPECT_EQ(talk.rooms.live(), 0u);
  EXPECT_EQ(talk.budget, 98u);
}

TEST(Session, AHelloInPiecesOverPacketsOutOfOrder) {
  Talk talk;
  const Octets whole = hello(1, 2500);
  const Bytes b = whole;
  Octets first{1, 0, 0};
  append(first, crypto_frame(700, b.subspan(700, 300)));
  append(first, crypto_frame(0, b.first(250)));
  Octets second = crypto_frame(200, b.subspan(200, 600));
  EXPECT_EQ(talk.say(Dir::up, from_client(crypto_frame(1000, b.subspan(1000)), 2)), "opened");
  EXPECT_EQ(talk.say(Dir::up, from_client(first, 0)), "opened");
  EXPECT_EQ(talk.heard(Dir::up), "");
  EXPECT_EQ(talk.say(Dir::up, from_client(second, 1)), "opened");
  EXPECT_EQ(talk.heard(Dir::up), hex(whole));
}

TEST(Session, ARetryBringsOtherKeys) {
  Talk talk;
  const Octets asked = from_client(crypto_frame(0, hello(1, 300)));
  EXPECT_EQ(talk.say(Dir::up, asked), "opened");
  const Octets token = unhex("70717273");
  EXPECT_EQ(talk.say(Dir::down, retry({.dcid = kClient, .scid = kServer, .token = token}, kClient)), "bad_tag");
  EXPECT_EQ(talk.say(Dir::down, retry({.dcid = kClient, .scid = kServer, .token = token}, kOrigin)), "retry");
  EXPECT_EQ(talk.say(Dir::down, retry({.dcid = kClient, .scid = kServer, .token = token}, kServer)), "refused");
  const Octets again =
      seal({.origin = kServer, .dcid = kServer, .scid = kClient, .token = token, .number = 1}, crypto_frame(0, hello(1, 300)));
  EXPECT_EQ(talk.say(Dir::up, again), "opened");
  EXPECT_EQ(talk.heard(Dir::up), hex(hello(1, 300)));
  EXPECT_EQ(talk.say(Dir::down, from_server(crypto_frame(0, hello(2, 90)), kV1, kServer)), "opened");
  EXPECT_EQ(talk.heard(Dir::down), hex(hello(2, 90)));
  EXPECT_EQ(talk.session.flags, kQuicRetry);
}

TEST(Session, ARetryThatWasMissedIsSeenByWhatComesBehindIt) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::up, from_client(crypto_frame(0, hello(1, 300)))), "opened");
  const Octets again =
      seal({.origin = kServer, .dcid = kServer, .scid = kClient, .token = {1}, .number = 1}, crypto_frame(0, hello(1, 300)));
  EXPECT_EQ(talk.say(Dir::up, again), "opened");
  EXPECT_EQ(talk.say(Dir::down, from_server(crypto_frame(0, hello(2, 90)), kV1, kServer)), "opened");
}

TEST(Session, AServerMayAnswerInAnotherVersion) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::up, from_client(crypto_frame(0, hello(1, 300)))), "opened");
  EXPECT_EQ(talk.say(Dir::down, from_server(crypto_frame(0, hello(2, 90)), kV2)), "opened");
  EXPECT_EQ(talk.session.version, kV2);
  EXPECT_EQ(talk.session.first, kV1);
  EXPECT_EQ(talk.session.flags, kQuicUpgraded);
}

TEST(Session, AnswersBeforeTheQuestionHaveNoKey) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::up, from_server(crypto_frame(0, hello(2, 90)))), "no_key");
  EXPECT_EQ(talk.say(Dir::down, from_client(crypto_frame(0, hello(1, 300)))), "opened");
  EXPECT_EQ(talk.session.client, Dir::down);
  EXPECT_EQ(talk.say(Dir::up, from_server(crypto_frame(0, hello(2, 90)))), "opened");
}

TEST(Session, KeysAreMadeWhileTheBudgetLasts) {
  Talk talk;
  talk.budget = 0;
  const Octets asked = from_client(crypto_frame(0, hello(1, 300)));
  EXPECT_EQ(talk.say(Dir::up, asked), "shed");
  EXPECT_EQ(talk.session.derivations, 0);
  EXPECT_EQ(talk.session.flags, kQuicIncomplete);
  talk.budget = 1;
  EXPECT_EQ(talk.say(Dir::up, asked), "opened");
  EXPECT_EQ(talk.say(Dir::down, from_server(crypto_frame(0, hello(2, 90)))), "shed");
}

TEST(Session, OneSessionsIdsMakeSoManyKeysAndNoMore) {
  Talk talk;
  for (unsigned i = 0; i < kMaxDerivations + 3; ++i) {
    const Octets id{1, 2, 3, 4, 5, 6, 7, static_cast<std::uint8_t>(i)};
    const std::string fate = talk.say(Dir::up, seal({.origin = kOrigin, .dcid = id, .least = 1200}, {1}));
    EXPECT_EQ(fate, i < kMaxDerivations ? "no_key" : "refused") << i;
  }
  EXPECT_EQ(talk.budget, 100 - kMaxDerivations);
}

TEST(Session, SoManyInitialsAreTriedAndNoMore) {
  Talk talk;
  for (unsigned i = 0; i < kMaxInitials + 2; ++i) {
    EXPECT_EQ(talk.say(Dir::up, from_client(Octets{1}, i)), i < kMaxInitials ? "opened" : "refused") << i;
  }
}

TEST(Session, PiecesFarAheadAndFramesThatCannotBeAreSaid) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::up, from_client(crypto_frame(std::uint64_t{1} << 40, Octets{1, 2, 3}))), "refused");
  EXPECT_EQ(talk.session.flags, kQuicIncomplete);
  EXPECT_EQ(talk.say(Dir::up, from_client(unhex("3f"), 1)), "malformed");
  EXPECT_EQ(talk.session.flags, kQuicIncomplete | kQuicMalformed);
  EXPECT_EQ(talk.rooms.live(), 0u);
}

TEST(Session, OtherPacketsSayWhatTheyAre) {
  Talk talk;
  EXPECT_EQ(talk.say(Dir::down, unhex("800000000000049988776600000001")), "negotiation");
  EXPECT_EQ(talk.session.flags, kQuicNegotiated);
  EXPECT_EQ(talk.say(Dir::up, unhex("c012345678000000")), "unread");
  EXPECT_EQ(talk.say(Dir::up, unhex("00")), "malformed");
  EXPECT_EQ(talk.say(Dir::up, seal({.origin = kOrigin, .dcid = kOrigin, .type = 1}, {1})), "sealed");
  EXPECT_EQ(talk.session.flags, kQuicNegotiated | kQuicEarlyData);
}

}  // namespace
}  // namespace pellucid::quic
