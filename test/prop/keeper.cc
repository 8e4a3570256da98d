// Sessions recorded from real servers with static key shares, opened by the server's key alone, as the keeper allows it: every
// record opens, resumption and early data included; and where a warrant, the key or the certificate says no, nothing does.
#include "lib/keeper/keeper.h"

#include <map>
#include <random>

#include "drivers/crypto/openssl/dh.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/keeper/granted.h"
#include "test/prop/talks.h"

namespace pellucid::tls {
namespace {

class Folder final : public keeper::KeyFinder {  // the keys that lie beside the captures
 public:
  Folder() {
    for (const auto& entry : fs::directory_iterator(kFolder)) {
      if (!entry.path().filename().string().ends_with(".key.der")) continue;
      const std::string der = read(entry.path());
      keys_.push_back(openssl::read_dh(as_bytes(der)));
      EXPECT_NE(keys_.back(), nullptr) << entry.path();
    }
  }
  crypto::DhKey* find(crypto::Group group, Bytes share, keys::KeyPrints& prints) override {
    for (const auto& key : keys_) {
      if (key->group() != group || !std::ranges::equal(key->share(), share)) continue;
      std::uint8_t digest[32];
      openssl::Digests().sha256(share, digest);
      digest[0] = static_cast<std::uint8_t>(digest[0] ^ (other ? 1 : 0));
      std::copy_n(digest, prints.visibility.size(), prints.visibility.begin());
      return key.get();
    }
    return nullptr;
  }
  bool find_rsa(const keys::Sha256&, keys::KeyPrints&) override { return false; }
  bool holds(const keys::KeyPrints&) override { return held; }
  Err open_premaster(const keys::Sha256&, Bytes, crypto::Premaster&) override { return Err::not_mine; }
  bool held = true;    // no key has gone
  bool other = false;  // the key is known by another fingerprint than certificates name

 private:
  std::vector<std::unique_ptr<crypto::DhKey>> keys_;
};

class Gate final : public keeper::Warrants {
 public:
  keys::Reason ask(const keys::Session& session, keys::Terms& terms) override {
    asked.push_back(session.depth);
    terms.grant = 3;
    terms.depth = depth;
    terms.direction = direction;
    if (!session.protections.empty()) return keys::Reason::excluded;
    return session.depth > depth ? keys::Reason::depth : refusal;
  }
  keys::Reason begin(const keys::Session&, keys::Terms&) override {
    ++begun;
    return beginning;
  }
  void more(keys::Terms&) override {}
  void give_back(const keys::Terms&, std::uint64_t) override {}
  keys::Reason still(const keys::Terms&) override { return refusal; }
  bool allows_annex_a() const override { return annex_a; }

  keys::Depth depth = keys::Depth::content;
  keys::Direction direction = keys::Direction::both;
  keys::Reason refusal = keys::Reason::none, beginning = keys::Reason::none;
  bool annex_a = false;
  unsigned begun = 0;
  std::vector<keys::Depth> asked;
};

struct Protected final : keeper::Guard {  // what the certificate calls the server, not what the client did
  void protections(const keys::Session& session, std::string_view name, std::vector<std::string>& out) override {
    if (++asked[std::string(name)] > 1 || session.depth > keys::Depth::handshake) out.emplace_back(name);
  }
  std::map<std::string, unsigned> asked;
};

struct Bench {
  Folder folder;
  Gate gate;
  openssl::Hasher hasher;
  keeper::Keeper keeper{hasher, gate, &folder, nullptr};
  Opener opener{keeper};

  std::vector<Heard> open(const std::string& name) {
    std::vector<Heard> all;
    for (const Talk& talk : talks_of(read(kFolder / (name + ".pcap")))) {
      Heard heard = opener.open_all(talk);
      if (!heard.messages[0].empty() || !heard.messages[1].empty() || heard.terms.reason != keys::Reason::none) {
        all.push_back(std::move(heard));
      }
    }
    EXPECT_EQ(keeper.talks(), 0u);
    return all;
  }
};

constexpr std::uint8_t kFinished = keys::bit(keys::Proof::server_finished) | keys::bit(keys::Proof::client_finished);

TEST(Keeper, TheServersKeyAloneOpensEverySession) {
  unsigned sessions = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".pcap") continue;
    SCOPED_TRACE(entry.path().stem().string());
    Bench bench;
    for (const Heard& heard : bench.open(entry.path().stem().string())) {
      ++sessions;
      EXPECT_EQ(heard.bad, 0u);
      EXPECT_EQ(heard.terms.reason, keys::Reason::none) << keys::label(heard.terms.reason);
      EXPECT_EQ(heard.terms.verified & kFinished, kFinished);
      EXPECT_FALSE(heard.said(true).empty());
      EXPECT_FALSE(heard.said(false).empty());
      const bool resumed = !has(heard.messages[index(other(heard.client))], Message::certificate);
      EXPECT_EQ(heard.terms.visibility, resumed ? keys::Visibility::inherited : keys::Visibility::match);
      EXPECT_EQ((heard.terms.verified & keys::bit(keys::Proof::binder)) != 0, resumed);
    }
  }
  EXPECT_GE(sessions, 22u);
}

TEST(Keeper, OpensWhatKeyLogsOpen) {
  for (const char* name : {"key-updates", "resumed", "early-data", "early-data-refused", "hello-retry", "curl-http2"}) {
    SCOPED_TRACE(name);
    Bench by_key;
    const std::vector<Heard> one = by_key.open(name);
    keys::Keylog log;
    const std::string lines = read(kFolder / (std::string(name) + ".keylog"));
    log.read_all(as_bytes(lines));
    keeper::Keeper logged(by_key.hasher, by_key.gate, nullptr, &log);
    Opener opener(logged);
    std::size_t i = 0;
    for (const Talk& talk : talks_of(read(kFolder / (std::string(name) + ".pcap")))) {
      const Heard heard = opener.open_all(talk);
      if (heard.stats.opened == 0) continue;
      ASSERT_LT(i, one.size());
      for (unsigned d = 0; d < 2; ++d) EXPECT_EQ(heard.text[d], one[i].text[d]);
      EXPECT_EQ(heard.early, one[i].early);
      EXPECT_EQ(heard.terms.method, keys::Method::keylog);
      ++i;
    }
    EXPECT_EQ(i, one.size());
  }
}

// Both directions in their own order, but in any order to each other.
Talk merged(const Talk& talk, std::mt19937_64& random) {
  std::vector<const Piece*> one[2];
  for (const Piece& p : talk) one[index(p.dir)].push_back(&p);
  Talk out;
  for (std::size_t at[2] = {0, 0}; at[0] + at[1] < talk.size();) {
    const std::size_t left[2] = {one[0].size() - at[0], one[1].size() - at[1]};
    const unsigned d = random() % (left[0] + left[1]) < left[0] ? 0 : 1;
    out.push_back(*one[d][at[d]++]);
  }
  return out;
}

// Several queues, and taps that let packets pass each other: one direction wholly before the other, or in any order.
TEST(Keeper, TheDirectionsMayComeInAnyOrder) {
  std::mt19937_64 random(20'261'123);
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".pcap") continue;
    SCOPED_TRACE(entry.path().stem().string());
    const std::vector<Talk> talks = talks_of(read(entry.path()));
    constexpr unsigned kOrders = 8;
    Bench bench, moved[kOrders];
    for (const Talk& talk : talks) {
      const Heard in_order = bench.opener.open_all(talk);
      if (in_order.stats.opened == 0) continue;
      for (unsigned order = 0; order < kOrders; ++order) {
        SCOPED_TRACE(order);
        Talk other_way = order < 2 ? talk : merged(talk, random);
        const Dir first = order == 0 ? in_order.client : other(in_order.client);
        if (order < 2)
          std::stable_partition(other_way.begin(), other_way.end(), [&](const Piece& p) { return p.dir == first; });
        const Heard heard = moved[order].opener.open_all(other_way);
        for (unsigned d = 0; d < 2; ++d) EXPECT_EQ(heard.text[d], in_order.text[d]);
        EXPECT_EQ(heard.stats.opened, in_order.stats.opened);
        EXPECT_EQ(heard.bad, 0u);
        EXPECT_EQ(heard.terms.verified, in_order.terms.verified);
      }
    }
  }
}

bool silent(const Heard& heard) { return heard.text[0].empty() && heard.text[1].empty(); }

TEST(Keeper, WithoutAWarrantNothingIsDerived) {
  Bench bench;
  bench.gate.refusal = keys::Reason::expired;
  for (const Heard& heard : bench.open("resumed")) {
    EXPECT_TRUE(silent(heard));
    EXPECT_EQ(heard.stats.opened, 0u);
    EXPECT_TRUE(heard.terms.reason == keys::Reason::expired || heard.terms.reason == keys::Reason::no_key);
  }
  EXPECT_EQ(bench.gate.begun, 0u);
  EXPECT_EQ(bench.keeper.tickets().size(), 0u);
}

TEST(Keeper, TheCertificatesNamesAreHeldAgainstWhatIsProtected) {
  Bench bench;
  Protected guard;
  keeper::Keeper keeper(bench.hasher, bench.gate, &bench.folder, nullptr, nullptr, &guard);
  Opener opener(keeper);
  for (const Talk& talk : talks_of(read(kFolder / "curl-http1.pcap"))) {
    const Heard heard = opener.open_all(talk);
    if (heard.messages[0].empty()) continue;
    EXPECT_TRUE(silent(heard));
    EXPECT_GT(heard.stats.opened, 0u);  // the handshake
    EXPECT_EQ(heard.terms.reason, keys::Reason::excluded);
  }
  EXPECT_EQ(guard.asked["ets.example"], 3u);  // by the hello; by hello and certificate
  EXPECT_EQ(bench.gate.begun, 0u);
}

TEST(Keeper, AtDepthHandshakeNoDataIsOpenedAndNoTicketKept) {
  Bench bench;
  bench.gate.depth = keys::Depth::handshake;
  const std::vector<Heard> all = bench.open("resumed");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(silent(all[0]) && silent(all[1]));
  EXPECT_TRUE(has(all[0].messages[index(other(all[0].client))], Message::certificate));
  EXPECT_EQ(all[0].terms.reason, keys::Reason::none);
  EXPECT_EQ(all[1].stats.opened, 0u);  // what it hangs on was never read
  EXPECT_EQ(all[1].terms.reason, keys::Reason::no_key);
  EXPECT_EQ(bench.keeper.tickets().size(), 0u);
  EXPECT_EQ(bench.gate.begun, 0u);
}

TEST(Keeper, WhereTheCertificateNamesAnotherKeyNoDataIsOpened) {
  Bench bench;
  bench.folder.other = true;
  const Heard heard = bench.open("x25519-aes128").at(0);
  EXPECT_TRUE(silent(heard));
  EXPECT_TRUE(has(heard.messages[index(other(heard.client))], Message::certificate));
  EXPECT_EQ(heard.terms.reason, keys::Reason::no_visibility);
  EXPECT_EQ(heard.terms.visibility, keys::Visibility::mismatch);
  bench.gate.annex_a = true;
  const Heard allowed = bench.open("x25519-aes128").at(0);
  EXPECT_FALSE(silent(allowed));
  EXPECT_EQ(allowed.terms.visibility, keys::Visibility::annex_a);
}

TEST(Keeper, WhatCannotBeWrittenDownIsNotOpened) {
  Bench bench;
  bench.gate.beginning = keys::Reason::unwitnessed;
  const Heard heard = bench.open("secp256r1-aes256").at(0);
  EXPECT_TRUE(silent(heard));
  EXPECT_EQ(heard.terms.reason, keys::Reason::unwitnessed);
}

TEST(Keeper, OneDirectionAloneWhereTheGrantSaysSo) {
  Bench bench;
  bench.gate.direction = keys::Direction::to_server;
  const Heard heard = bench.open("curl-http1").at(0);
  EXPECT_TRUE(heard.said(true).starts_with("GET /"));
  EXPECT_TRUE(heard.said(false).empty());
  EXPECT_EQ(heard.terms.reason, keys::Reason::none);
}

}  // namespace
}  // namespace pellucid::tls
