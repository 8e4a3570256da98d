// Key files and peers' key shares, as strangers may write them: a key that is taken has a share that agrees with itself, and a
// share that is taken gives a secret. The first octet says which of them follows.
#include "drivers/crypto/openssl/dh.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "lib/base/check.h"

namespace {

using namespace pellucid;
using crypto::Group;

std::unique_ptr<crypto::DhKey> key_of(Group group) {
  std::uint8_t secret[crypto::kMaxShare] = {};
  const std::size_t size = crypto::is_curve_point(group) || group <= Group::x448 ? crypto::shared_size(group) : 32;
  std::fill_n(secret + 1, size - 1, std::uint8_t{0x21});  // below every order
  return openssl::make_dh(group, Bytes(secret, size));
}

void derive(crypto::DhKey& key, Bytes peer) {
  Secret<crypto::kMaxShare> out;
  const Err err = key.derive(peer, out);
  const auto any = std::ranges::any_of(Bytes(out.bytes()), [](std::uint8_t b) { return b != 0; });
  CHECK((err == Err::none) == any);
  CHECK(err != Err::none || peer.size() == crypto::share_size(key.group()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, size - 1);
  if (data[0] < std::size(crypto::kGroups)) {
    static const auto keys = [] {
      std::array<std::unique_ptr<crypto::DhKey>, std::size(crypto::kGroups)> made;
      std::ranges::transform(crypto::kGroups, made.begin(), key_of);
      return made;
    }();
    derive(*keys[data[0]], rest);
    return 0;
  }
  const auto key = openssl::read_dh(rest);
  if (key == nullptr) return 0;
  CHECK(key->share().size() == crypto::share_size(key->group()));
  const auto other = key_of(key->group());
  derive(*key, other->share());
  return 0;
}
