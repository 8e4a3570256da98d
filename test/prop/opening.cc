// Sessions recorded from real servers and clients, opened by the key log that the client wrote: every record opens, and what
// both said is read. However the streams are cut, it is the same.
#include "lib/tls/opening.h"

#include <list>
#include <random>

#include "drivers/crypto/openssl/hasher.h"
#include "test/prop/talks.h"

namespace pellucid::tls {
namespace {

class LoggedKeys final : public keys::Keys {  // whoever is in the key log may be read
 public:
  LoggedKeys(const keys::Keylog& log, const crypto::Hasher& hasher, bool late) : log_(log), hasher_(hasher), late_(late) {}
  void begin(keys::SessionId, const keys::Ends&) noexcept override {}
  void message(keys::SessionId, keys::Side, std::uint8_t, Bytes) noexcept override {}
  keys::Answer lease(keys::SessionId, const keys::Hellos& hellos, keys::Part part, keys::Side side, std::int64_t,
                     keys::DirectionKeys& d) noexcept override {
    const bool known = keys::lease_from(log_, hasher_, hellos, part, side, d) == Err::none;
    if (!late_) return known ? keys::Answer::granted : keys::Answer::refused;
    Owed& owed = owed_.emplace_back();
    owed.part = part;
    owed.side = side;
    owed.known = keys::lease_from(log_, hasher_, hellos, part, side, owed.keys) == Err::none;
    return keys::Answer::later;
  }
  Err renew(std::uint16_t suite, keys::DirectionKeys& d) noexcept override { return keys::renew(hasher_, suite, d); }
  void terms(keys::SessionId, keys::Terms&) noexcept override {}
  keys::Answer more(keys::SessionId, std::uint64_t, keys::Terms&) noexcept override { return keys::Answer::refused; }
  void end(keys::SessionId, std::uint64_t) noexcept override {}

  struct Owed {
    keys::Part part;
    keys::Side side;
    bool known;
    keys::DirectionKeys keys;
  };
  std::list<Owed> owed_;  // answers that were put off

 private:
  const keys::Keylog& log_;
  const crypto::Hasher& hasher_;
  const bool late_;
};

std::vector<Heard> open_capture(const std::string& name, std::mt19937_64* cut = nullptr, bool late = false) {
  keys::Keylog log;
  const std::string lines = read(kFolder / (name + ".keylog"));
  log.read_all(as_bytes(lines));
  const openssl::Hasher hasher;
  LoggedKeys keys(log, hasher, late);
  std::vector<Heard> all;
  for (Talk talk : talks_of(read(kFolder / (name + ".pcap")))) {
    if (cut != nullptr) {
      Talk pieces;
      for (const Piece& piece : talk) {
        for (std::size_t at = 0; at < piece.bytes.size();) {
          const std::size_t n = 1 + (*cut)() % 400;
          pieces.push_back({piece.dir, piece.bytes.substr(at, n)});
          at += n;
        }
      }
      talk = std::move(pieces);
    }
    // Answers come when much more has been read.
    Opener opener(keys, [&keys](Opener& o) {
      for (; !keys.owed_.empty(); keys.owed_.pop_front()) {
        const LoggedKeys::Owed& owed = keys.owed_.front();
        o.answer_now(owed.part, owed.side, owed.known ? &owed.keys : nullptr);
      }
    });
    all.push_back(opener.open_all(talk));
  }
  return all;
}

}  // namespace

TEST(Opening, EveryRecordOfEverySessionOpens) {
  unsigned captures = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".pcap") continue;
    const std::string name = entry.path().stem();
    SCOPED_TRACE(name);
    ++captures;
    unsigned opened = 0;
    for (const Heard& heard : open_capture(name)) {
      if (heard.stats.opened == 0) continue;  // a connection without a session
      ++opened;
      EXPECT_EQ(heard.bad, 0u);
      EXPECT_EQ(heard.stats.unread, 0u);
      EXPECT_TRUE(has(heard.messages[index(other(heard.client))], Message::finished));
      EXPECT_TRUE(has(heard.messages[index(heard.client)], Message::finished));
      EXPECT_TRUE(has(heard.messages[index(other(heard.client))], Message::encrypted_extensions));
      EXPECT_FALSE(heard.said(true).empty());
      EXPECT_FALSE(heard.said(false).empty());
    }
    EXPECT_GT(opened, 0u);
  }
  EXPECT_GE(captures, 18u);
}

TEST(Opening, SaysWhatBothSaid) {
  for (const char* name : {"x25519-aes128", "secp256r1-aes256", "secp384r1-chacha20", "hello-retry", "hello-retry-aes128"}) {
    SCOPED_TRACE(name);
    const Heard heard = open_capture(name).at(0);
    EXPECT_EQ(heard.said(true), "hello\n");
    EXPECT_EQ(heard.said(false), "answer\n");
    EXPECT_TRUE(has(heard.messages[index(other(heard.client))], Message::certificate));
  }
  const Heard web = open_capture("curl-http1").at(0);
  EXPECT_TRUE(web.said(true).starts_with("GET /")) << web.said(true);
  EXPECT_TRUE(web.said(false).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST(Opening, FollowsKeyUpdatesEarlyDataAndResumption) {
  const Heard updates = open_capture("key-updates").at(0);
  EXPECT_GE(updates.key_updates, 4u);
  for (const char* word : {"first", "third", "fifth", "seventh"}) {
    EXPECT_NE((updates.said(true) + updates.said(false)).find(word), std::string::npos) << word;
  }
  const std::vector<Heard> early = open_capture("early-data");
  EXPECT_GT(early.back().early, 0u);
  EXPECT_NE(early.back().said(true).find("early bird"), std::string::npos);
  EXPECT_TRUE(has(early.back().messages[index(early.back().client)], Message::end_of_early_data));
  const std::vector<Heard> resumed = open_capture("resumed");
  ASSERT_GE(resumed.size(), 2u);
  EXPECT_FALSE(has(resumed[1].messages[index(other(resumed[1].client))], Message::certificate));
}

TEST(Opening, HoweverTheStreamsAreCutItIsTheSame) {
  std::mt19937_64 random(3);
  for (const char* name : {"key-updates", "early-data", "hello-retry", "gnutls", "curl-http2"}) {
    SCOPED_TRACE(name);
    const std::vector<Heard> whole = open_capture(name);
    for (unsigned round = 0; round < 5; ++round) {
      const std::vector<Heard> cut = open_capture(name, &random);
      ASSERT_EQ(cut.size(), whole.size());
      for (std::size_t i = 0; i < cut.size(); ++i) {
        EXPECT_EQ(cut[i].text[0], whole[i].text[0]);
        EXPECT_EQ(cut[i].text[1], whole[i].text[1]);
        EXPECT_EQ(cut[i].messages[0], whole[i].messages[0]);
        EXPECT_EQ(cut[i].messages[1], whole[i].messages[1]);
        EXPECT_EQ(cut[i].bad, 0u);
      }
    }
  }
}

TEST(Opening, KeysMayComeLate) {
  for (const char* name : {"x25519-aes128", "key-updates", "early-data", "hello-retry", "resumed", "curl-http1"}) {
    SCOPED_TRACE(name);
    const std::vector<Heard> at_once = open_capture(name), late = open_capture(name, nullptr, true);
    ASSERT_EQ(late.size(), at_once.size());
    for (std::size_t i = 0; i < late.size(); ++i) {
      EXPECT_EQ(late[i].text[0], at_once[i].text[0]);
      EXPECT_EQ(late[i].text[1], at_once[i].text[1]);
      EXPECT_EQ(late[i].bad, 0u);
    }
  }
}

}  // namespace pellucid::tls
