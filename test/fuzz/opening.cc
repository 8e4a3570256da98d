// A session whose records are opened, under keys that anybody knows, cut anywhere and with holes: whatever comes, it stays
// within its bounds, tells of no more than came, and gives everything back.
#include "lib/tls/opening.h"
#include "lib/tls/inside.h"

#include <vector>

#include "drivers/crypto/openssl/engine.h"
#include "lib/base/check.h"

namespace {

using namespace pellucid;

volatile std::uint8_t seen = 0;

class KnownKeys final : public keys::Keys {  // zeros for everybody, as the suite wants them
 public:
  void begin(keys::SessionId, const keys::Ends&) noexcept override {}
  void message(keys::SessionId, keys::Side, std::uint8_t, Bytes body) noexcept override {
    for (const std::uint8_t b : body) seen = static_cast<std::uint8_t>(seen ^ b);  // every octet of it may be read
  }
  keys::Answer lease(keys::SessionId, const keys::Hellos& hellos, keys::Part, keys::Side, std::int64_t,
                     keys::DirectionKeys& d) noexcept override {
    if (late) return keys::Answer::later;
    return known(hellos, d) ? keys::Answer::granted : keys::Answer::refused;
  }
  void terms(keys::SessionId, keys::Terms&) noexcept override {}
  keys::Answer more(keys::SessionId, std::uint64_t, keys::Terms&) noexcept override { return keys::Answer::refused; }
  void end(keys::SessionId, std::uint64_t) noexcept override {}
  static bool known(const keys::Hellos& hellos, keys::DirectionKeys& d) noexcept {
    const crypto::Suite* suite = crypto::find_suite(hellos.suite);
    if (suite == nullptr || hellos.version < 0x0301 || hellos.version > 0x0304) return false;
    grant(*suite, hellos, d);
    return true;
  }
  Err renew(std::uint16_t suite, keys::DirectionKeys& d) noexcept override {
    keys::Hellos session;
    session.suite = suite;
    session.version = 0x0304;
    const crypto::Suite* found = crypto::find_suite(suite);
    if (found == nullptr) return Err::unsupported;
    grant(*found, session, d);
    return Err::none;
  }

  bool late = false;

 private:
  static void grant(const crypto::Suite& suite, const keys::Hellos& session, keys::DirectionKeys& d) noexcept {
    const crypto::Shape shape = crypto::shape(suite.cipher);
    const bool whole = session.version == 0x0304 || suite.cipher == crypto::Cipher::chacha20_poly1305;
    const std::size_t iv = shape.kind != crypto::Kind::aead ? 0 : whole ? 12 : shape.iv;
    const auto order = session.encrypt_then_mac ? crypto::MacOrder::encrypt_then_mac : crypto::MacOrder::mac_then_encrypt;
    d.block = shape.kind == crypto::Kind::cbc && session.version == 0x0301 ? shape.block : 0;
    d.use = {suite.cipher,
             static_cast<crypto::Version>(session.version - 0x0301),
             suite.mac,
             order,
             d.key.bytes().first(shape.key),
             d.iv.bytes().first(iv),
             d.mac_key.bytes().first(crypto::hash_size(suite.mac))};
    d.granted = true;
  }
};

struct Desk {
  std::unique_ptr<crypto::Engine> engine = openssl::make_engine(4);
  tls::SealedRooms rooms{2};
  Spools spools{160};
  std::vector<std::uint8_t> bench_room = std::vector<std::uint8_t>(tls::kMaxSealed);
  std::vector<std::uint8_t> scratch = std::vector<std::uint8_t>(tls::kMaxMessageKept);
  std::vector<std::uint8_t> parking = std::vector<std::uint8_t>(tls::kMaxParked);
  KnownKeys keys;
};

}  // namespace

// Instructions of three octets: what, and how many of the octets that follow it is about.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Desk desk;
  tls::UnsealStats stats;
  const tls::OpenRoom room{
      {*desk.engine, desk.rooms, desk.bench_room, stats}, desk.spools, desk.scratch, desk.parking, desk.keys, 0};
  tls::Opening o;
  tls::reset(o, 1);
  desk.keys.late = false;
  tls::Session session;
  tls::reset(session);
  session.version = 0x0304;
  tls::Room inside{desk.spools, desk.parking};
  std::size_t fed = 0, told = 0;
  Cursor in(Bytes(data, size));
  while (in.left() > 3) {
    const std::uint8_t what = in.u8();
    const std::size_t n = in.u16();
    const Dir dir = (what & 1) != 0 ? Dir::down : Dir::up;
    if ((what & 6) == 6) {
      tls::lose(o, dir, static_cast<std::uint32_t>(n + 1), room);
      continue;
    }
    Bytes bytes = in.take(std::min(n, in.left()));
    if ((what & 6) == 2) {
      keys::DirectionKeys d;
      const keys::Hellos hellos{o.suite, o.version, false, {}, {}, {}, o.client};
      const bool yes = (what & 8) != 0 && KnownKeys::known(hellos, d);
      tls::answer(o, static_cast<keys::Part>(what >> 4 & 3), static_cast<keys::Side>(what >> 6 & 1), yes ? &d : nullptr, room);
    }
    if ((what & 6) == 4) desk.keys.late = (what & 8) != 0;
    if ((what & 6) != 0) bytes = {};
    fed += bytes.size();
    for (;;) {
      tls::Out out{};
      const std::size_t before = bytes.size();
      const tls::OpenEvent event = tls::open(o, dir, bytes, room, out);
      CHECK(bytes.size() <= before);
      if (event == tls::OpenEvent::more || event == tls::OpenEvent::over) break;
      told += out.bytes.size();
      if (event == tls::OpenEvent::message) {
        tls::read_inside(session, dir, out.type, out.bytes, tls::ClientCertificates::keep, inside);
      }
      for (const std::uint8_t b : out.bytes) seen = static_cast<std::uint8_t>(seen ^ b);  // every octet of it may be read
    }
  }
  CHECK(told <= fed && stats.bytes <= fed);
  tls::drop(o, room);
  tls::drop(session, desk.spools);
  CHECK(desk.rooms.live() == 0 && desk.spools.live_chunks() == 0);
  return 0;
}
