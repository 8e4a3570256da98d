#include "drivers/crypto/openssl/aes128.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/engine/worker.h"
#include "test/unit/engine/path.h"
#include "test/unit/export/sample.h"
#include "test/unit/policy/make.h"
#include "test/unit/quic/make.h"

using namespace pellucid;
using build::Octets;
using exporter::Kind;
using exporter::Part;
using exporter::QuicBody;
using quic::Fate;
using test::Path;

namespace {

const Octets kOrigin = unhex("8394c8f03e515708"), kClient = unhex("c1c2"), kServer = unhex("51525354");

struct Crypto {
  openssl::Hasher hasher;
  std::unique_ptr<crypto::Aes128> aes = openssl::make_aes128();
  engine::FirstPackets parts() const { return {&hasher, aes.get()}; }
};

struct Bench : Crypto, Path {
  explicit Bench(const engine::Options& options = test::small_options()) : Path(options, 1u << 20, nullptr, parts()) {}
  std::uint64_t fate(Fate f) const { return counters().quic_packets.value(f); }
};

Octets up(const Octets& payload, std::uint16_t port = 40000) {
  return build::ethernet(
      build::ip4({.src = "10.0.0.1", .dst = "10.0.0.2"}, build::udp({.sport = port, .dport = 443}, payload)));
}
Octets down(const Octets& payload, std::uint16_t port = 40000) {
  return build::ethernet(
      build::ip4({.src = "10.0.0.2", .dst = "10.0.0.1"}, build::udp({.sport = 443, .dport = port}, payload)));
}
Octets message(std::uint8_t type, const Octets& body) {
  Octets out{type};
  quic::append_number(out, body.size(), 3);
  quic::append(out, body);
  return out;
}
Octets client_message(std::string_view name = "www.example.org") { return message(1, exporter::sample::client_hello(name)); }
Octets server_message() { return message(2, exporter::sample::server_hello()); }

Octets asked(const Octets& frames, std::uint32_t number = 0) {
  return quic::seal({.origin = kOrigin, .dcid = kOrigin, .scid = kClient, .number = number, .least = 1200}, frames);
}
Octets answered(const Octets& frames) {
  return quic::seal({.sender = quic::End::server, .origin = kOrigin, .dcid = kClient, .scid = kServer}, frames);
}

}  // namespace

TEST(Quic, HellosOfBothSidesMakeOneRecord) {
  Bench path;
  path.at(0, up(asked(quic::crypto_frame(0, client_message()))));
  EXPECT_TRUE(path.of(Kind::quic).empty());
  path.at(5, down(answered(quic::crypto_frame(0, server_message()))));
  ASSERT_EQ(path.of(Kind::quic).size(), 1u);  // at once, not when the flow ends
  const auto record = path.of(Kind::quic)[0];
  const QuicBody body = record.as<QuicBody>();
  EXPECT_EQ(body.version, quic::kV1);
  EXPECT_EQ(body.cipher, 0xc02f);
  EXPECT_EQ(Bytes(body.id[1]).first(body.id_size[1]).size(), 4u);
  EXPECT_EQ(body.has_ids, 7);
  EXPECT_EQ(record.part(Part::client_hello).size(), exporter::sample::client_hello("www.example.org").size());
  EXPECT_EQ(record.part(Part::server_hello).size(), exporter::sample::server_hello().size());
  EXPECT_EQ(record.head.flags, 0);
  EXPECT_EQ(record.head.master, classify::kQuic);
  path.at(6, up(unhex("4051525354aabbccdd")));
  path.end();
  EXPECT_EQ(path.of(Kind::quic).size(), 1u);
  EXPECT_EQ(path.fate(Fate::opened), 2u);
  EXPECT_EQ(path.counters().quic_connections.value(quic::Kind::v1), 1u);
  EXPECT_EQ(path.state().quic.live() + path.state().quic_rooms.live() + path.state().tls.live(), 0u);
}

TEST(Quic, AHelloOverSeveralDatagramsOutOfOrderIsRead) {
  Bench path;
  const Octets whole = client_message();
  const Bytes b = whole;
  path.burst_at(0, {up(asked(quic::crypto_frame(100, b.subspan(100)), 1)), up(asked(quic::crypto_frame(0, b.first(120)), 0))});
  path.at(1, down(answered(quic::crypto_frame(0, server_message()))));
  ASSERT_EQ(path.of(Kind::quic).size(), 1u);
  EXPECT_EQ(path.of(Kind::quic)[0].part(Part::client_hello).size(), whole.size() - 4);
}

TEST(Quic, WithoutAnAnswerTheRecordComesAfterAWhile) {
  Bench path;
  path.at(0, up(asked(quic::crypto_frame(0, client_message()))));
  path.at(4000, up(Octets{1}, 9));
  EXPECT_TRUE(path.of(Kind::quic).empty());
  path.at(6000, up(Octets{1}, 9));
  path.at(6100, up(Octets{1}, 9));
  EXPECT_EQ(path.of(Kind::quic).size(), 1u);
  path.at(6200, down(answered(quic::crypto_frame(0, server_message()))));
  path.end();
  EXPECT_EQ(path.of(Kind::quic).size(), 1u);
}

TEST(Quic, TheClientIsWhoSaysHello) {
  Bench path;
  path.at(0, down(answered(quic::crypto_frame(0, server_message()))));
  path.at(1, up(asked(quic::crypto_frame(0, client_message()))));
  ASSERT_EQ(path.of(Kind::quic).size(), 1u);  // the answer has waited for it
  EXPECT_FALSE(path.of(Kind::quic)[0].part(Part::server_hello).empty());
  EXPECT_EQ(path.of(Kind::quic)[0].head.dport, 443);
  EXPECT_EQ(path.fate(Fate::no_key), 1u);
  EXPECT_EQ(path.fate(Fate::opened), 2u);
}

TEST(Quic, KeysAreMadeWithinTheBudgetOfATick) {
  engine::Options options = test::small_options();
  options.quic_keys = 3;
  Bench path(options);
  std::vector<Octets> burst;
  for (std::uint16_t port = 1; port <= 5; ++port) burst.push_back(up(asked(quic::crypto_frame(0, client_message())), port));
  path.burst_at(0, burst);
  EXPECT_EQ(path.fate(Fate::opened), 3u);
  EXPECT_EQ(path.fate(Fate::shed), 2u);
  path.burst_at(100, burst);  // sent again, as clients do; the three that are open need no more keys
  EXPECT_EQ(path.fate(Fate::opened), 8u);
  path.end();
  unsigned incomplete = 0;
  for (const auto& k : path.of(Kind::quic)) incomplete += (k.head.flags & exporter::kHeadIncomplete) != 0;
  EXPECT_EQ(path.of(Kind::quic).size(), 5u);
  EXPECT_EQ(incomplete, 2u);  // something of these was not read, and no answer came
  EXPECT_EQ(path.counters().sessions_incomplete.value(flow::Reader::quic), 2u);
}

TEST(Quic, WithoutRoomAConnectionIsNamedAlone) {
  engine::Options options = test::small_options();
  options.limits.quic_sessions = 1;
  Bench path(options);
  path.at(0, up(asked(quic::crypto_frame(0, client_message())), 1));
  path.at(0, up(asked(quic::crypto_frame(0, client_message())), 2));
  path.end();
  EXPECT_EQ(path.of(Kind::quic).size(), 1u);
  EXPECT_EQ(path.counters().sessions_refused.value(flow::Reader::quic), 1u);
  ASSERT_EQ(path.of(Kind::flow).size(), 2u);
  for (const auto& k : path.of(Kind::flow)) EXPECT_EQ(k.head.master, classify::kQuic);
}

TEST(Quic, ANameThatWasNotReadIsNotTakenForNone) {
  engine::Options options = test::small_options();
  options.quic_keys = 1;
  Bench path(options);
  const auto program = policy::program(
      "rules: [{name: shop, match: {names: [shop.example]}, level: count}, {name: quic, match: {protocols: [quic]}, level: "
      "classify}]\ndefault: {level: count}");
  path.adopt(program.get());
  path.burst_at(0,
                {up(asked(quic::crypto_frame(0, client_message())), 1), up(asked(quic::crypto_frame(0, client_message())), 2)});
  path.end();
  EXPECT_EQ(path.fate(Fate::shed), 1u);
  EXPECT_EQ(path.of(Kind::quic).size(), 1u);  // of the other one only the least may be said that any rule allows
}

TEST(Quic, WithoutRoomForHellosTheRecordSaysSo) {
  engine::Options options = test::small_options();
  options.limits.quic_rooms = 1;
  Bench path(options);
  path.at(0, up(asked(quic::crypto_frame(0, Bytes(client_message()).first(50))), 1));
  path.at(0, up(asked(quic::crypto_frame(0, client_message())), 2));
  EXPECT_EQ(path.fate(Fate::refused), 1u);
  path.end();
  EXPECT_EQ(path.of(Kind::quic).size(), 2u);
  EXPECT_EQ(path.state().quic_rooms.live(), 0u);
}

TEST(Quic, GooglesHelloIsKeptAsItIs) {
  Bench path;
  Octets old = unhex("0d0102030405060708513034330100112233445566778899aabb");
  quic::append(old, unhex("a001001a"));
  quic::append(old, as_bytes("CHLO"));
  quic::append(old, unhex("01000000534e49000a000000"));
  quic::append(old, as_bytes("a.example."));
  path.at(0, up(old));
  ASSERT_EQ(path.of(Kind::quic).size(), 1u);
  EXPECT_EQ(path.of(Kind::quic)[0].as<QuicBody>().google, 1);
  EXPECT_EQ(path.of(Kind::quic)[0].part(Part::client_hello).size(), 26u);
  EXPECT_EQ(path.counters().quic_connections.value(quic::Kind::gquic), 1u);
}

TEST(Quic, WithoutMeansToOpenItsPacketsItsVersionIsTold) {
  Path path;
  path.at(0, up(asked(quic::crypto_frame(0, client_message()))));
  path.end();
  ASSERT_EQ(path.of(Kind::quic).size(), 1u);
  EXPECT_EQ(path.of(Kind::quic)[0].as<QuicBody>().version, quic::kV1);
  EXPECT_EQ(path.counters().quic_packets.value(Fate::unread), 1u);
}

TEST(Quic, DatagramsOfOtherKindsAreLeftAlone) {
  Bench path;
  path.at(0, up(unhex("80600000000000000000000000000000000000000000000000")));
  path.at(1, up(unhex("c00000000100")));
  path.end();
  EXPECT_TRUE(path.of(Kind::quic).empty());
  EXPECT_EQ(path.counters().sessions_started.value(flow::Reader::quic), 0u);
}
