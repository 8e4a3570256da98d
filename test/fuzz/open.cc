// Records that nobody sealed, cut anyhow, to both engines: they say the same, write the same, and open none that has a tag of
// 16 octets. A command is an octet of flags, one of the key, one of the length, and that many octets.
#include <vector>

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/engine.h"
#include "lib/base/check.h"
#include "lib/base/cursor.h"

namespace {

using namespace pellucid;
using namespace pellucid::crypto;

constexpr Cipher kCiphers[] = {Cipher::aes128_gcm, Cipher::aes256_gcm, Cipher::chacha20_poly1305,
                               Cipher::aes128_ccm, Cipher::aes128_cbc, Cipher::null};
constexpr std::size_t kCount = std::size(kCiphers);

struct Pair {
  std::unique_ptr<Engine> fast = ipsecmb::make_engine(kCount, 1);
  std::unique_ptr<Engine> plain = openssl::make_engine(kCount);
  Slot fast_slots[kCount];
  Slot plain_slots[kCount];
  Pair() {
    const std::uint8_t octets[48] = {7, 1, 3};
    for (std::size_t i = 0; i < kCount; ++i) {
      const Shape s = shape(kCiphers[i]);
      const bool aead = s.kind == Kind::aead;
      const KeyUse use{kCiphers[i],
                       Version::tls12,
                       aead ? Hash::none : Hash::sha256,
                       MacOrder::mac_then_encrypt,
                       Bytes(octets).first(s.key),
                       Bytes(octets).first(s.iv),
                       Bytes(octets).first(aead ? 0 : 32)};
      const Result<Slot> a = fast->claim(use), b = plain->claim(use);
      CHECK(b && bool(a) == in_pieces(kCiphers[i]));
      fast_slots[i] = *a;
      plain_slots[i] = *b;
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pair engines;
  Cursor in(Bytes(data, size));
  while (in.ok() && in.left() > 2) {
    const std::uint8_t flags = in.u8();
    const std::size_t key = in.u8() % kCount;
    const Bytes bytes = in.take8();
    const Record record{flags, 0x0303, static_cast<std::uint16_t>(bytes.size()), 23, {flags}};
    const std::uint8_t tag[16] = {flags};
    std::vector<std::uint8_t> a(bytes.size() + 1, 0xcc), b(bytes.size() + 1, 0xcc);
    Piece p{engines.fast_slots[key],
            (flags & 1) != 0 ? &record : nullptr,
            bytes,
            a.data(),
            (flags & 2) != 0 ? tag : nullptr,
            0,
            {}};
    Piece q = p;
    q.slot = engines.plain_slots[key];
    q.out = b.data();
    engines.plain->open({&q, 1});
    CHECK(q.status != Status::opened && b.back() == 0xcc);
    engines.fast->open({&p, 1});
    if (!in_pieces(kCiphers[key])) {
      CHECK(p.status == Status::no_key);
      continue;
    }
    CHECK(p.status == q.status && p.size == q.size && a == b);
  }
  return 0;
}
