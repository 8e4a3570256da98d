#include "lib/export/draft.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace pellucid::exporter {
namespace {

Head head_of(Kind kind) {
  Head h{};
  h.kind = kind;
  h.flow_id = 77;
  h.family = 4;
  return h;
}

std::vector<std::uint8_t> pattern(std::size_t n, unsigned seed) {
  std::vector<std::uint8_t> v(n);
  std::mt19937 random(seed);
  for (auto& b : v) b = static_cast<std::uint8_t>(random());
  return v;
}

bool same(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

TEST(Draft, ARecordComesBackAsItWasWritten) {
  Ring ring(1 << 17);
  FlowBody body{};
  body.packets[1] = 9;
  net::Layers layers{};
  layers.tags = 1;
  layers.tag[0] = 42;
  const std::array pieces{piece(layers)};
  ASSERT_TRUE(write_record(ring, head_of(Kind::flow), body, pieces));
  const View v = read_record(ring.peek());
  EXPECT_EQ(v.head->flow_id, 77u);
  EXPECT_EQ(v.head->flags, 0u);
  EXPECT_EQ(v.as<FlowBody>().packets[1], 9u);
  net::Layers back;
  ASSERT_TRUE(v.layers(back));
  EXPECT_EQ(back.tag[0], 42);
  ring.release();
  EXPECT_TRUE(ring.peek().empty());
}

TEST(Draft, TextLeavesAQuarterOfTheRingToOthers) {
  Ring ring(1 << 17);
  const std::vector<std::uint8_t> said = pattern(1000, 1);
  const std::array pieces{piece(Part::text, Bytes(said))};
  while (write_record(ring, head_of(Kind::text), TextBody{}, pieces)) {
  }
  EXPECT_LE(ring.used_bytes(), ring.bytes() - ring.bytes() / 4);
  EXPECT_GT(ring.used_bytes(), ring.bytes() / 2);
  EXPECT_TRUE(write_record(ring, head_of(Kind::dns), DnsBody{}, {}));
}

TEST(Draft, ARecordWithoutPartsHasNoTail) {
  Ring ring(1 << 17);
  ASSERT_TRUE(write_record(ring, head_of(Kind::dns), DnsBody{}, {}));
  const View v = read_record(ring.peek());
  EXPECT_TRUE(v.tail.empty());
  EXPECT_TRUE(v.part(Part::dns_message).empty());
  net::Layers none;
  EXPECT_FALSE(v.layers(none));
}

TEST(Draft, PartsOfEverySizeKeepTheirBytes) {
  Ring ring(1 << 17);
  for (std::size_t n = 0; n < 40; ++n) {
    const auto a = pattern(n, 1);
    const auto b = pattern(39 - n, 2);
    const std::array pieces{piece(Part::http_request, a), piece(Part::http_response, b)};
    ASSERT_TRUE(write_record(ring, head_of(Kind::http), HttpBody{}, pieces));
    const View v = read_record(ring.peek());
    EXPECT_EQ(v.head->size % 8, 0u);
    EXPECT_TRUE(same(v.part(Part::http_request), a));
    EXPECT_TRUE(same(v.part(Part::http_response), b));
    EXPECT_EQ(v.head->flags, 0);
    ring.release();
  }
}

TEST(Draft, ASpoolIsGatheredInPlace) {
  Spools spools(16);
  Spool s;
  const auto bytes = pattern(5000, 3);
  ASSERT_TRUE(spools.append(s, bytes));
  Ring ring(1 << 17);
  const std::array pieces{piece(Part::client_hello, spools, s)};
  ASSERT_TRUE(write_record(ring, head_of(Kind::tls), TlsBody{}, pieces));
  EXPECT_TRUE(same(read_record(ring.peek()).part(Part::client_hello), bytes));
  spools.clear(s);
}

TEST(Draft, ALongTailIsCutCertificatesLastInWorth) {
  Ring ring(1 << 18);
  const auto hello = pattern(16'000, 4);
  const auto server = pattern(101, 5);
  const auto chain = pattern(60'000, 6);
  const std::array pieces{piece(Part::certificates, chain), piece(Part::client_hello, hello),
                          piece(Part::server_hello, server)};
  ASSERT_TRUE(write_record(ring, head_of(Kind::tls), TlsBody{}, pieces));
  const View v = read_record(ring.peek());
  EXPECT_LE(v.tail.size(), kMaxTail);
  EXPECT_GT(v.tail.size(), kMaxTail - 8);
  EXPECT_EQ(v.head->flags, kHeadIncomplete);
  EXPECT_TRUE(same(v.part(Part::client_hello), hello));
  EXPECT_FALSE(v.find(Part::client_hello).cut);
  EXPECT_TRUE(same(v.part(Part::server_hello), server));
  const FoundPart cut = v.find(Part::certificates);
  EXPECT_TRUE(cut.cut);
  EXPECT_TRUE(same(cut.bytes, Bytes(chain).first(cut.bytes.size())));
}

TEST(Draft, ATailNeverPassesItsLimit) {
  Ring ring(1 << 18);
  std::mt19937 random(11);
  const auto bytes = pattern(70'000, 7);
  for (unsigned round = 0; round < 500; ++round) {
    std::array<Piece, 5> pieces{};
    std::size_t all = 0;
    for (unsigned i = 0; i < pieces.size(); ++i) {
      const std::size_t n = random() % (round % 2 == 0 ? 12'000 : 70'000);
      pieces[i] = piece(static_cast<Part>(i + 1), Bytes(bytes).first(n));
      all += sizeof(PartHead) * (n != 0 ? 1 : 0) + padded(n);
    }
    ASSERT_TRUE(write_record(ring, head_of(Kind::tls), TlsBody{}, pieces));
    const View v = read_record(ring.peek());
    ASSERT_LE(v.tail.size(), kMaxTail);
    ASSERT_EQ(v.head->flags == kHeadIncomplete, all > kMaxTail);
    for (const Piece& p : pieces) {
      const FoundPart found = v.find(p.part);
      ASSERT_TRUE(same(found.bytes, p.bytes.first(found.bytes.size())));
      ASSERT_TRUE(all > kMaxTail || found.bytes.size() == p.bytes.size());
    }
    ring.release();
  }
}

TEST(Draft, APartThatTheWireCutIsMarked) {
  Ring ring(1 << 17);
  const auto hello = pattern(10, 1);
  const std::array pieces{piece(Part::certificates, Bytes{}, Cut::cut), piece(Part::client_hello, hello)};
  ASSERT_TRUE(write_record(ring, head_of(Kind::tls), TlsBody{}, pieces));
  const View v = read_record(ring.peek());
  EXPECT_EQ(v.head->flags, kHeadIncomplete);
  EXPECT_TRUE(v.find(Part::certificates).cut);
  EXPECT_TRUE(v.part(Part::certificates).empty());
}

TEST(Draft, AFullRingRefusesAndLosesNothing) {
  Ring ring(4096);
  unsigned written = 0;
  while (write_record(ring, head_of(Kind::flow), FlowBody{}, {})) ++written;
  EXPECT_GT(written, 10u);
  for (unsigned i = 0; i < written; ++i) {
    EXPECT_EQ(read_record(ring.peek()).head->kind, Kind::flow);
    ring.release();
  }
  EXPECT_TRUE(ring.peek().empty());
  EXPECT_TRUE(write_record(ring, head_of(Kind::flow), FlowBody{}, {}));
}

TEST(Draft, ARecordOfAnotherShapeIsAProgrammersError) {
  Ring ring(1 << 17);
  EXPECT_DEATH(write_record(ring, head_of(Kind::flow), DnsBody{}, {}), "");
  const std::array<std::uint8_t, 16> torn{};
  EXPECT_DEATH(static_cast<void>(read_record(torn)), "");
}

}  // namespace
}  // namespace pellucid::exporter
