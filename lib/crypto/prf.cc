#include "lib/crypto/prf.h"

#include <algorithm>

#include "lib/base/check.h"

namespace pellucid::crypto {
namespace {

constexpr std::size_t kMostSeeds = 2;

struct Seed {
  Bytes label;
  Bytes first;
  Bytes second;
};

// P_hash of RFC 5246 5, laid over what `out` holds already: the halves of TLS 1.0 are XORed.
void lay(const Hmac& secret, const Seed& seed, MutBytes out) noexcept {
  Secret<kMaxHash> chain;
  Secret<kMaxHash> block;
  const MutBytes a = chain.bytes().first(secret.size());
  const MutBytes whole = block.bytes().first(secret.size());
  secret.make({seed.label, seed.first, seed.second}, a);
  while (!out.empty()) {
    secret.make({a, seed.label, seed.first, seed.second}, whole);
    const std::size_t take = std::min(out.size(), whole.size());
    for (std::size_t i = 0; i < take; ++i) out[i] ^= whole[i];
    out = out.subspan(take);
    secret.make({a}, a);
  }
}

}  // namespace

void prf(const Hasher& hasher, Hash how, Bytes secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutBytes out) noexcept {
  CHECK(seed.size() >= 1 && seed.size() <= kMostSeeds);
  const Seed all{as_bytes(label), *seed.begin(), seed.size() > 1 ? seed.begin()[1] : Bytes{}};
  std::ranges::fill(out, std::uint8_t{0});
  if (how != Hash::md5_sha1) return lay(Hmac(hasher, how, secret), all, out);
  const std::size_t half = (secret.size() + 1) / 2;  // the octet in the middle belongs to both halves
  lay(Hmac(hasher, Hash::md5, secret.first(half)), all, out);
  lay(Hmac(hasher, Hash::sha1, secret.last(half)), all, out);
}

void master_secret(const Hasher& hasher, Hash how, Bytes premaster, const Randoms& randoms, Master& out) noexcept {
  prf(hasher, how, premaster, "master secret", {randoms.client, randoms.server}, out.bytes());
}

void extended_master_secret(const Hasher& hasher, Hash how, Bytes premaster, Bytes session, Master& out) noexcept {
  prf(hasher, how, premaster, "extended master secret", {session}, out.bytes());
}

void key_block(const Hasher& hasher, Hash how, const Master& master, const Randoms& randoms, MutBytes out) noexcept {
  prf(hasher, how, master.bytes(), "key expansion", {randoms.server, randoms.client}, out);
}

void finished(const Hasher& hasher, Hash how, const Master& master, Finisher who, Bytes transcript, MutBytes out) noexcept {
  prf(hasher, how, master.bytes(), who == Finisher::client ? "client finished" : "server finished", {transcript}, out);
}

}  // namespace pellucid::crypto
