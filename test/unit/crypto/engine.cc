// What every engine must do, on each of them.
#include "lib/crypto/engine.h"

#include <gtest/gtest.h>

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/engine.h"
#include "test/unit/crypto/hex.h"
#include "test/unit/crypto/seal.h"

namespace pellucid::crypto {
namespace {

constexpr Cipher kCiphers[] = {Cipher::null,       Cipher::aes128_gcm,  Cipher::aes256_gcm,  Cipher::aes128_ccm,
                               Cipher::aes256_ccm, Cipher::aes128_ccm8, Cipher::aes256_ccm8, Cipher::chacha20_poly1305,
                               Cipher::aes128_cbc, Cipher::aes256_cbc,  Cipher::des3_cbc};
constexpr std::size_t kSizes[] = {0, 1, 15, 16, 17, 255, 1400, 1u << 14};

struct ByIpsecmb {
  static std::unique_ptr<Engine> make(std::uint32_t slots) { return ipsecmb::make_engine(slots, 2); }
  static bool knows(Cipher c) { return in_pieces(c); }
};
struct ByOpenssl {
  static std::unique_ptr<Engine> make(std::uint32_t slots) { return openssl::make_engine(slots); }
  static bool knows(Cipher) { return true; }
};

Octets text_of(std::size_t size) {
  Octets out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
  return out;
}

// All ways in which a cipher is used.
std::vector<Made> keys_of(Cipher cipher) {
  std::vector<Made> out;
  const bool aead = shape(cipher).kind == Kind::aead;
  for (const Version version : {Version::tls10, Version::tls11, Version::tls12, Version::tls13}) {
    if (aead ? version < Version::tls12 : version == Version::tls13) continue;
    for (const Hash mac : {Hash::md5, Hash::sha1, Hash::sha256, Hash::sha384}) {
      for (const MacOrder order : {MacOrder::mac_then_encrypt, MacOrder::encrypt_then_mac}) {
        out.push_back(make_key(cipher, version, mac, order, 0x30));
      }
    }
  }
  return out;
}

struct Opened {
  Status status;
  Octets plain;
};
Piece piece_of(Slot slot, const Sealed& s, Octets& out) {
  out.assign(s.in.size() + 1, 0xcc);
  return {slot, &s.record, s.in, out.data(), s.tag.empty() ? nullptr : s.tag.data(), 0, Status::waiting};
}
Opened open_whole(Engine& engine, Slot slot, const Sealed& s) {
  Opened out;
  Piece p = piece_of(slot, s, out.plain);
  engine.open({&p, 1});
  EXPECT_EQ(out.plain.back(), 0xcc) << "wrote beyond its room";
  out.status = p.status;
  out.plain.resize(p.size);
  return out;
}

template <class T>
class EngineTest : public testing::Test {};
using Engines = testing::Types<ByOpenssl, ByIpsecmb>;
TYPED_TEST_SUITE(EngineTest, Engines);

TYPED_TEST(EngineTest, ARecordOfRfc8448) {
  const auto engine = TypeParam::make(4);
  Made made{.key = unhex("17422dda596ed5d9acd890e3c63f5051"), .iv = unhex("5b78923dee08579033e523d9"), .mac_key = {}};
  const Result<Slot> slot = engine->claim(made.use());
  ASSERT_TRUE(slot);
  Sealed s;
  s.record = {0, 0x0303, 0x43, 23, {}};
  s.in = unhex("a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2");
  s.tag = unhex("977014bd1e3deae63aeebb21694915e4");
  const Opened is = open_whole(*engine, *slot, s);
  EXPECT_EQ(is.status, Status::opened);
  Octets expected(51);
  for (unsigned i = 0; i < 50; ++i) expected[i] = static_cast<std::uint8_t>(i);
  expected[50] = 23;
  EXPECT_EQ(hex(is.plain), hex(expected));
}

TYPED_TEST(EngineTest, EveryCipherEveryVersionEverySize) {
  const auto engine = TypeParam::make(4);
  for (const Cipher cipher : kCiphers) {
    for (const Made& made : keys_of(cipher)) {
      SCOPED_TRACE(testing::Message() << "cipher " << int(cipher) << " version " << int(made.version) << " mac "
                                      << int(made.mac));
      const Result<Slot> slot = engine->claim(made.use());
      ASSERT_EQ(bool(slot), TypeParam::knows(cipher));
      if (!slot) continue;
      std::uint64_t seq = 0x0102030405060708;
      for (const std::size_t size : kSizes) {
        const Octets plain = text_of(size);
        const Opened is = open_whole(*engine, *slot, seal(made, ++seq, plain, size % 3));
        ASSERT_EQ(is.status, Status::opened) << size;
        ASSERT_EQ(is.plain, plain);
      }
      engine->drop(*slot);
    }
  }
}

TYPED_TEST(EngineTest, AFlippedBitAnywhereIsSeen) {
  const auto engine = TypeParam::make(4);
  for (const Cipher cipher : kCiphers) {
    if (!TypeParam::knows(cipher)) continue;
    for (const Made& made : keys_of(cipher)) {
      const Result<Slot> slot = engine->claim(made.use());
      ASSERT_TRUE(slot);
      for (const std::size_t size : {0u, 40u}) {
        const Sealed good = seal(made, 9, text_of(size));
        for (std::size_t bit = 0; bit < (good.in.size() + good.tag.size()) * 8; bit += 5) {
          Sealed bad = good;
          (bit / 8 < bad.in.size() ? bad.in[bit / 8] : bad.tag[bit / 8 - bad.in.size()]) ^=
              static_cast<std::uint8_t>(1u << bit % 8);
          ASSERT_EQ(open_whole(*engine, *slot, bad).status, Status::bad_tag) << int(cipher) << " bit " << bit;
        }
        Sealed other = good;
        other.record.seq ^= 1;
        ASSERT_EQ(open_whole(*engine, *slot, other).status, Status::bad_tag);
        other = good;
        other.record.type = 22;
        ASSERT_EQ(open_whole(*engine, *slot, other).status, Status::bad_tag);
        ASSERT_EQ(open_whole(*engine, *slot, good).status, Status::opened) << "a bad record must leave the key as it was";
      }
      engine->drop(*slot);
    }
  }
}

TYPED_TEST(EngineTest, PiecesOfManyRecordsInOneBurst) {
  const auto engine = TypeParam::make(16);
  for (const Cipher cipher : kCiphers) {
    if (!in_pieces(cipher)) continue;
    // More keys than the small engines have tables for, their records side by side, cut at odd places.
    std::vector<Sealed> sealed;
    std::vector<Slot> slots;
    std::vector<Octets> outs(8);
    const Octets plain = text_of(3000);
    for (unsigned i = 0; i < 8; ++i) {
      const Made made = make_key(cipher, Version::tls13, Hash::none, {}, static_cast<std::uint8_t>(i));
      slots.push_back(*engine->claim(made.use()));
      sealed.push_back(seal(made, i, plain));
      outs[i].resize(plain.size());
    }
    for (std::size_t at = 0, step = 1; at < plain.size(); at += step, step = step * 5 / 2 + 1) {
      const std::size_t size = std::min(step, plain.size() - at);
      const bool last = at + size == plain.size();
      std::vector<Piece> burst;
      for (unsigned i = 0; i < 8; ++i) {
        burst.push_back({slots[i], at == 0 ? &sealed[i].record : nullptr, Bytes(sealed[i].in).subspan(at, size),
                         outs[i].data() + at, last ? sealed[i].tag.data() : nullptr, 0, Status::no_key});
      }
      engine->open(burst);
      for (const Piece& p : burst) ASSERT_EQ(p.status, last ? Status::opened : Status::waiting);
    }
    for (unsigned i = 0; i < 8; ++i) {
      EXPECT_EQ(outs[i], plain);
      engine->drop(slots[i]);
    }
  }
}

TYPED_TEST(EngineTest, TheTagMayComeAloneAndOutputMayStandOverInput) {
  const auto engine = TypeParam::make(2);
  const Made made = make_key(Cipher::aes256_gcm, Version::tls12, Hash::none, {}, 3);
  const Slot slot = *engine->claim(made.use());
  const Octets plain = text_of(100);
  Sealed s = seal(made, 5, plain);
  Piece pieces[] = {{slot, &s.record, s.in, s.in.data(), nullptr, 0, Status::no_key},
                    {slot, nullptr, {}, nullptr, s.tag.data(), 0, Status::no_key}};
  engine->open(pieces);
  EXPECT_EQ(pieces[0].status, Status::waiting);
  EXPECT_EQ(pieces[1].status, Status::opened);
  EXPECT_EQ(s.in, plain);
}

TYPED_TEST(EngineTest, APieceWithoutABeginningIsNotOpened) {
  const auto engine = TypeParam::make(2);
  for (const Cipher cipher : {Cipher::aes128_gcm, Cipher::chacha20_poly1305}) {
    const Made made = make_key(cipher, Version::tls13, Hash::none, {}, 3);
    const Slot slot = *engine->claim(made.use());
    const Sealed s = seal(made, 5, text_of(100));
    Octets out(100, 0xcc);
    Piece p{slot, nullptr, s.in, out.data(), s.tag.data(), 0, Status::opened};
    engine->open({&p, 1});
    EXPECT_EQ(p.status, Status::no_record);
    EXPECT_EQ(out, Octets(100, 0xcc));
    EXPECT_EQ(open_whole(*engine, slot, s).status, Status::opened);
    engine->open({&p, 1});
    EXPECT_EQ(p.status, Status::no_record) << "a record that ended goes on";
    engine->drop(slot);
  }
}

TYPED_TEST(EngineTest, AKeyGivenUpOpensNothing) {
  const auto engine = TypeParam::make(1);
  const Made made = make_key(Cipher::aes128_gcm, Version::tls13, Hash::none, {}, 3);
  const Sealed s = seal(made, 5, text_of(100));
  const Slot slot = *engine->claim(made.use());
  EXPECT_EQ(engine->claim(made.use()).err(), Err::full);
  EXPECT_EQ(open_whole(*engine, slot, s).status, Status::opened);
  engine->drop(slot);
  EXPECT_EQ(open_whole(*engine, slot, s).status, Status::no_key);
  const Result<Slot> next = engine->claim(made.use());
  ASSERT_TRUE(next);
  EXPECT_EQ(open_whole(*engine, slot, s).status, Status::no_key) << "the one in its place is not its own";
  engine->drop(slot);  // of another's place: nothing
  EXPECT_EQ(open_whole(*engine, *next, s).status, Status::opened);
  EXPECT_EQ(open_whole(*engine, Slot{}, s).status, Status::no_key);
}

TYPED_TEST(EngineTest, KeysThatDoNotFitAreRefused) {
  const auto engine = TypeParam::make(4);
  Made made = make_key(Cipher::aes128_gcm, Version::tls13, Hash::none, {}, 3);
  made.key.push_back(0);
  EXPECT_EQ(engine->claim(made.use()).err(), Err::bad_length);
  made = make_key(Cipher::aes128_gcm, Version::tls12, Hash::none, {}, 3);
  made.iv.resize(12);
  EXPECT_EQ(engine->claim(made.use()).err(), Err::bad_length);
  made = make_key(Cipher::chacha20_poly1305, Version::tls13, Hash::none, {}, 3);
  made.version = Version::tls11;
  EXPECT_EQ(engine->claim(made.use()).err(), Err::unsupported);
}

TEST(OpensslEngine, WholeRecordsThatCannotBeAreRefused) {
  const auto engine = openssl::make_engine(2);
  const Made made = make_key(Cipher::aes128_cbc, Version::tls12, Hash::sha1, MacOrder::mac_then_encrypt, 3);
  const Slot slot = *engine->claim(made.use());
  Sealed s = seal(made, 5, text_of(100));
  for (const std::size_t size : {std::size_t{0}, std::size_t{15}, std::size_t{16}, std::size_t{40}, kMaxWhole + 16}) {
    s.in.resize(size);
    EXPECT_EQ(open_whole(*engine, slot, s).status, Status::bad_length) << size;
  }
  s.in.resize(32);  // a block whose padding may be right, but which has no room for a MAC
  EXPECT_EQ(open_whole(*engine, slot, s).status, Status::bad_tag);
}

TEST(Engines, NumbersThatCannotBeAreRefused) {
  EXPECT_EQ(openssl::make_engine(0), nullptr);
  EXPECT_EQ(openssl::make_engine(kMaxSlots + 1), nullptr);
  EXPECT_EQ(ipsecmb::make_engine(0), nullptr);
  EXPECT_EQ(ipsecmb::make_engine(kMaxSlots + 1), nullptr);
  EXPECT_EQ(ipsecmb::make_engine(1, ipsecmb::kMaxTables + 1), nullptr);
}

}  // namespace
}  // namespace pellucid::crypto
