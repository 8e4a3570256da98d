// Sessions of every cipher and version, cut anywhere and with holes: every record that no hole touches is opened, in order and
// as it was sent, and no other is.
#include "lib/tls/unseal.h"

#include <gtest/gtest.h>

#include <random>

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/engine.h"
#include "test/unit/crypto/seal.h"

namespace pellucid::tls {
namespace {

using crypto::Cipher;
using crypto::Hash;
using crypto::MacOrder;
using crypto::Made;
using crypto::Octets;
using crypto::Version;

struct Sent {
  std::size_t begin, end;  // in the stream
  std::uint8_t type;
  Octets text;
};
struct Stream {
  Octets bytes;
  std::vector<Sent> records;
};
struct Way {
  Cipher cipher;
  Version version;
  Hash mac;
  MacOrder order;
};
constexpr Way kWays[] = {
    {Cipher::aes128_gcm, Version::tls13, Hash::none, {}},
    {Cipher::aes256_gcm, Version::tls13, Hash::none, {}},
    {Cipher::chacha20_poly1305, Version::tls13, Hash::none, {}},
    {Cipher::aes128_ccm, Version::tls13, Hash::none, {}},
    {Cipher::aes128_ccm8, Version::tls13, Hash::none, {}},
    {Cipher::aes128_gcm, Version::tls12, Hash::none, {}},
    {Cipher::aes256_gcm, Version::tls12, Hash::none, {}},
    {Cipher::chacha20_poly1305, Version::tls12, Hash::none, {}},
    {Cipher::aes256_ccm8, Version::tls12, Hash::none, {}},
    {Cipher::aes128_cbc, Version::tls12, Hash::sha256, {}},
    {Cipher::aes256_cbc, Version::tls12, Hash::sha384, MacOrder::encrypt_then_mac},
    {Cipher::aes256_cbc, Version::tls11, Hash::sha1, {}},
    {Cipher::aes128_cbc, Version::tls10, Hash::sha1, {}},
    {Cipher::des3_cbc, Version::tls10, Hash::sha1, MacOrder::encrypt_then_mac},
};
constexpr std::uint8_t kFirstBlock[16] = {9, 8, 7, 6, 5, 4, 3, 2, 1};

void append(Octets& to, Bytes what) { to.insert(to.end(), what.begin(), what.end()); }

class Talk {
 public:
  Talk(const Way& way, unsigned seed)
      : random_(seed), made_(crypto::make_key(way.cipher, way.version, way.mac, way.order, 3)) {}

  const Made& key() const { return made_; }
  Stream stream(unsigned records, std::size_t largest) {
    Stream s;
    Octets last(kFirstBlock, kFirstBlock + sizeof kFirstBlock);
    for (unsigned i = 0; i < records; ++i) add(s, i, random_() % (largest + 1), last);
    return s;
  }
  Stream bulk(unsigned records, std::size_t size) {
    Stream s;
    Octets last(kFirstBlock, kFirstBlock + sizeof kFirstBlock);
    for (unsigned i = 0; i < records; ++i) add(s, i, size, last);
    return s;
  }

 private:
  void add(Stream& s, unsigned seq, std::size_t size, Octets& last) {
    Sent sent{s.bytes.size(), 0, static_cast<std::uint8_t>(21 + random_() % 3), Octets(size)};
    for (auto& b : sent.text) b = static_cast<std::uint8_t>(random_() % 4 == 0 ? 0 : random_());
    const bool inner = made_.version == Version::tls13;
    Octets plain = sent.text;
    if (inner) {
      plain.push_back(sent.type);
      plain.resize(plain.size() + random_() % 40);
    }
    crypto::Sealed sealed;
    constexpr std::uint8_t kMinor[] = {1, 2, 3, 3};
    const auto version = static_cast<std::uint16_t>(0x0300 | kMinor[static_cast<unsigned>(made_.version)]);
    sealed.record = {seq, version, 0, inner ? std::uint8_t{23} : sent.type, {}};
    for (auto& b : sealed.record.nonce) b = static_cast<std::uint8_t>(random_());
    const crypto::Shape shape = crypto::shape(made_.cipher);
    if (shape.kind == crypto::Kind::aead) {
      seal_aead(made_, plain, sealed);
    } else {
      if (made_.version == Version::tls10) std::copy_n(last.begin(), shape.block, sealed.record.nonce);
      seal_mac(made_, plain, sealed, random_() % 3);
    }
    const crypto::Record& r = sealed.record;
    append(s.bytes, Octets{r.type, 3, static_cast<std::uint8_t>(r.version), static_cast<std::uint8_t>(r.length >> 8),
                           static_cast<std::uint8_t>(r.length)});
    if (shape.kind == crypto::Kind::aead && !inner) append(s.bytes, Bytes(r.nonce, shape.own_nonce));
    append(s.bytes, sealed.in);
    append(s.bytes, sealed.tag);
    if (shape.block != 0) last.assign(s.bytes.end() - shape.block, s.bytes.end());
    sent.end = s.bytes.size();
    s.records.push_back(std::move(sent));
  }

  std::mt19937_64 random_;
  Made made_;
};

struct Hole {
  std::size_t begin, end;
};

class Reader {
 public:
  explicit Reader(const Way& way)
      : engine_(crypto::in_pieces(way.cipher) ? ipsecmb::make_engine(8) : openssl::make_engine(8)),
        rooms_(4),
        scratch_(kMaxSealed) {
    reset(u_);
  }
  ~Reader() { drop(u_, bench()); }

  void begin(const Made& made) { EXPECT_EQ(set_key(u_, made.use(), kFirstBlock, bench()), Err::none); }
  void feed(Bytes bytes) {
    while (!bytes.empty()) {
      Unsealed out{};
      const UnsealEvent event = unseal(u_, bytes, bench(), out);
      if (event == UnsealEvent::record) got.push_back({0, 0, out.type, Octets(out.text.begin(), out.text.end())});
      put_away(u_, bench());
      bad += event == UnsealEvent::bad;
      if (event == UnsealEvent::over) break;
    }
  }
  void lost(std::size_t n) { lose(u_, static_cast<std::uint32_t>(n), bench()); }
  const UnsealStats& stats() const { return stats_; }
  std::uint32_t rooms() const { return rooms_.live(); }
  Sealing sealing() const { return u_.sealing; }

  std::vector<Sent> got;
  unsigned bad = 0;

 private:
  UnsealBench bench() { return {*engine_, rooms_, scratch_, stats_}; }
  std::unique_ptr<crypto::Engine> engine_;
  SealedRooms rooms_;
  Octets scratch_;
  UnsealStats stats_;
  Unsealer u_;
};

void play(Reader& reader, const Stream& stream, const std::vector<Hole>& holes, std::mt19937_64& random) {
  std::size_t at = 0;
  const auto feed_to = [&](std::size_t end) {
    while (at < end) {
      const std::size_t n = std::min(end - at, 1 + random() % (random() % 2 == 0 ? 20 : 3000));
      const Octets packet(stream.bytes.begin() + static_cast<long>(at), stream.bytes.begin() + static_cast<long>(at + n));
      reader.feed(packet);  // a copy that is gone afterwards
      at += n;
    }
  };
  for (const Hole& hole : holes) {
    feed_to(hole.begin);
    reader.lost(hole.end - hole.begin);
    at = hole.end;
  }
  feed_to(stream.bytes.size());
}

std::vector<const Sent*> untouched(const Stream& stream, const std::vector<Hole>& holes) {
  std::vector<const Sent*> out;
  for (const Sent& r : stream.records) {
    const auto hit = [&r](const Hole& h) { return r.begin < h.end && h.begin < r.end; };
    if (std::ranges::none_of(holes, hit)) out.push_back(&r);
  }
  return out;
}

void expect_same(const std::vector<Sent>& got, const std::vector<const Sent*>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].type, want[i]->type) << i;
    EXPECT_EQ(got[i].text, want[i]->text) << i;
  }
}

TEST(Unseal, EveryRecordIsOpenedHoweverTheStreamIsCut) {
  std::mt19937_64 random(7);
  for (const Way& way : kWays) {
    SCOPED_TRACE(static_cast<int>(way.cipher) * 10 + static_cast<int>(way.version));
    for (unsigned round = 0; round < 6; ++round) {
      Talk talk(way, round);
      const Stream stream = talk.stream(30, round % 2 == 0 ? 200 : 16000);
      Reader reader(way);
      reader.begin(talk.key());
      play(reader, stream, {}, random);
      expect_same(reader.got, untouched(stream, {}));
      EXPECT_EQ(reader.stats().opened, stream.records.size());
      EXPECT_EQ(reader.bad, 0u);
      EXPECT_EQ(reader.rooms(), 0u);
    }
  }
}

TEST(Unseal, ALossCostsTheRecordsItTouchesAndNoOther) {
  std::mt19937_64 random(8);
  for (const Way& way : kWays) {
    SCOPED_TRACE(static_cast<int>(way.cipher) * 10 + static_cast<int>(way.version));
    for (unsigned round = 0; round < 10; ++round) {
      Talk talk(way, round);
      const Stream stream = talk.stream(60, round % 2 == 0 ? 300 : 9000);
      std::vector<Hole> holes;
      for (std::size_t at = random() % 20'000; at < stream.bytes.size(); at += 3000 + random() % 60'000) {
        const Hole hole{at, std::min(at + 1 + random() % 3000, stream.bytes.size())};
        holes.push_back(hole);
        at = hole.end;
      }
      Reader reader(way);
      reader.begin(talk.key());
      play(reader, stream, holes, random);
      expect_same(reader.got, untouched(stream, holes));
      EXPECT_EQ(reader.bad, 0u);
    }
  }
}

TEST(Unseal, AlsoALongLossOfABulkTransferIsOvercome) {
  std::mt19937_64 random(11);
  const Way way{Cipher::aes128_gcm, Version::tls13, Hash::none, {}};
  Talk talk(way, 5);
  const Stream stream = talk.bulk(700, 16'000);
  const std::size_t record = stream.records[1].end - stream.records[1].begin;
  const Hole hole{stream.records[20].begin + 77, stream.records[20].begin + 77 + 500 * record};
  Reader reader(way);
  reader.begin(talk.key());
  play(reader, stream, {hole}, random);
  expect_same(reader.got, untouched(stream, {hole}));
  EXPECT_EQ(reader.stats().lost, 501u);
}

TEST(Unseal, ARecordThatWasChangedIsPassedOverAndTheNextOnesAreOpened) {
  std::mt19937_64 random(9);
  for (const Way& way : kWays) {
    if (way.version == Version::tls10) continue;  // the next record's first block hangs on this one's last
    SCOPED_TRACE(static_cast<int>(way.cipher) * 10 + static_cast<int>(way.version));
    Talk talk(way, 1);
    Stream stream = talk.stream(20, 2000);
    const Sent& hit = stream.records[7];
    stream.bytes[hit.begin + kRecordHead + random() % (hit.end - hit.begin - kRecordHead)] ^= 0x40;
    Reader reader(way);
    reader.begin(talk.key());
    play(reader, stream, {}, random);
    EXPECT_EQ(reader.bad, 1u);
    EXPECT_EQ(reader.stats().bad, 1u);
    expect_same(reader.got, untouched(stream, {{hit.begin, hit.end}}));
  }
}

TEST(Unseal, TheWrongKeyIsGivenUpSoon) {
  std::mt19937_64 random(10);
  const Way way{Cipher::aes128_gcm, Version::tls13, Hash::none, {}};
  Talk talk(way, 1);
  Made wrong = talk.key();
  wrong.key[0] ^= 1;
  Reader reader(way);
  reader.begin(wrong);
  play(reader, talk.stream(100, 2000), {}, random);
  EXPECT_TRUE(reader.got.empty());
  EXPECT_EQ(reader.stats().bad, kMaxBadTags);
  EXPECT_EQ(reader.sealing(), Sealing::over);
}

TEST(Unseal, WithoutAKeyRecordsAreToldOfAndPassedOver) {
  const Way way{Cipher::aes128_gcm, Version::tls13, Hash::none, {}};
  Talk talk(way, 1);
  const Stream stream = talk.stream(2, 100);
  auto engine = ipsecmb::make_engine(8);
  SealedRooms rooms(1);
  Octets scratch(kMaxSealed);
  UnsealStats stats;
  const UnsealBench bench{*engine, rooms, scratch, stats};
  Unsealer u;
  reset(u);
  Octets bytes{22, 3, 3, 0, 2, 1, 1, 20, 3, 3, 0, 1, 1};
  append(bytes, stream.bytes);
  append(bytes, stream.bytes);
  Bytes rest(bytes);
  Unsealed out{};
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::plain);
  EXPECT_EQ(out.text.size(), 2u);
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::change);
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::locked);  // passed over
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::locked);
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::locked);
  ASSERT_EQ(set_key(u, talk.key().use(), {}, bench), Err::none);  // from this one on
  for (const Sent& sent : stream.records) {
    ASSERT_EQ(unseal(u, rest, bench, out), UnsealEvent::record);
    EXPECT_EQ(Octets(out.text.begin(), out.text.end()), sent.text);
  }
  EXPECT_EQ(unseal(u, rest, bench, out), UnsealEvent::more);
  EXPECT_TRUE(rest.empty());
  drop(u, bench);
}

}  // namespace
}  // namespace pellucid::tls
