// A keeper whose warrants allow everything, told anything: handshake messages of both sides in any order, leases of any part at
// any time, tickets without end. Whatever comes, it stays within its bounds and wipes what it held.
#include "lib/keeper/keeper.h"

#include "drivers/crypto/openssl/dh.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/keeper/granted.h"

namespace {

using namespace pellucid;

class OneKey final : public keeper::KeyFinder {
 public:
  OneKey() {
    std::uint8_t secret[32] = {};
    for (unsigned i = 0; i < sizeof secret; ++i) secret[i] = static_cast<std::uint8_t>(0x90 + i);
    key_ = openssl::make_dh(crypto::Group::x25519, secret);
    CHECK(key_ != nullptr);
  }
  crypto::DhKey* find(crypto::Group group, Bytes, keys::KeyPrints&) override {
    return group == crypto::Group::x25519 ? key_.get() : nullptr;  // whatever the server says, it is ours
  }
  bool find_rsa(const keys::Sha256&, keys::KeyPrints&) override { return true; }
  bool holds(const keys::KeyPrints&) override { return true; }
  Err open_premaster(const keys::Sha256&, Bytes encrypted, crypto::Premaster& premaster) override {
    for (std::size_t i = 0; i < premaster.size() && i < encrypted.size(); ++i) premaster.bytes()[i] = encrypted[i];
    return Err::none;
  }

 private:
  std::unique_ptr<crypto::DhKey> key_;
};

}  // namespace

// Instructions: what, type, size, octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const openssl::Hasher hasher;
  static OneKey key;
  keeper::Lab lab;
  keeper::Keeper keeper(hasher, lab, &key, nullptr);
  const std::uint8_t address[16] = {127, 0, 0, 1};
  keeper.begin(1, {4, {address, address}, {50'000, 443}});
  std::uint8_t randoms[64] = {};
  keys::Hellos hellos{0x1301, 0x0304, false, Bytes(randoms, 32), Bytes(randoms + 32, 32), {}};
  Cursor in(Bytes(data, size));
  while (in.left() > 3) {
    const std::uint8_t what = in.u8(), type = in.u8();
    const auto side = static_cast<keys::Side>(what & 1);
    if ((what & 6) == 0) {
      const std::size_t n = in.u16();
      keeper.message(1, side, type, in.take(std::min(n, in.left())));
      continue;
    }
    hellos.suite = static_cast<std::uint16_t>(in.u16());
    hellos.version = (what & 8) != 0 ? 0x0303 : 0x0304;
    keys::DirectionKeys keys;
    const auto part = static_cast<keys::Part>(type & 3);
    if (part != keys::Part::next && keeper.lease(1, hellos, part, side, type, keys) == keys::Answer::granted) {
      CHECK(keys.granted && keys.use.key.size() <= keys::DirectionKeys::kMaxKey);
    }
    if ((what & 16) != 0) {
      keeper.sweep([](keys::SessionId, const keys::Terms&) {
        CHECK(false);
        return true;
      });
    }
  }
  keys::Terms terms;
  keeper.terms(1, terms);
  keeper.end(1, 0);
  CHECK(keeper.talks() == 0 && keeper.tickets().size() <= keeper::Tickets::kMaxTickets);
  return 0;
}
