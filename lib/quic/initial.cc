#include "lib/quic/initial.h"

#include <algorithm>
#include <cstring>

#include "lib/crypto/hkdf.h"

namespace pellucid::quic {
namespace {

using crypto::Hash;

constexpr std::size_t kSampleAt = 4;  // from where the packet number begins, however long that is
constexpr std::size_t kMaxHeader = 1 + 4 + 2 * (1 + kMaxId) + 8 + 2048 + 8 + 4;  // with a token that fits into a packet

// RFC 9000 A.3.
std::uint64_t number_of(std::uint64_t expected, std::uint32_t truncated, unsigned octets) noexcept {
  const std::uint64_t window = std::uint64_t{1} << (8 * octets);
  const std::uint64_t near = (expected & ~(window - 1)) | truncated;
  if (near + window / 2 <= expected && near < (std::uint64_t{1} << 62) - window) return near + window;
  return near > expected + window / 2 && near >= window ? near - window : near;
}

}  // namespace

void derive(const crypto::Hasher& hasher, const Version& version, Bytes id, End sender, Keys& out) noexcept {
  std::uint8_t initial[32], secret[32];
  crypto::extract(hasher, Hash::sha256, *version.salt, id, initial);
  const std::string_view label = sender == End::client ? "client in" : "server in";
  crypto::expand_label(crypto::Hmac(hasher, Hash::sha256, initial), label, {}, secret);
  const crypto::Hmac hmac(hasher, Hash::sha256, secret);
  const bool second = version.kind == Kind::v2;
  crypto::expand_label(hmac, second ? "quicv2 key" : "quic key", {}, out.key);
  crypto::expand_label(hmac, second ? "quicv2 iv" : "quic iv", {}, out.iv);
  crypto::expand_label(hmac, second ? "quicv2 hp" : "quic hp", {}, out.mask);
}

Result<Plain> open(crypto::Aes128& aes, const Keys& keys, const Packet& p, std::uint64_t expected, MutBytes room) noexcept {
  const Bytes whole = p.whole;
  if (p.number_at + 4 > kMaxHeader) return Err::too_long;
  if (whole.size() < p.number_at + kSampleAt + crypto::kAesBlock) return Err::truncated;
  std::uint8_t mask[crypto::kAesBlock];
  aes.block(keys.mask, whole.subspan(p.number_at + kSampleAt, crypto::kAesBlock), mask);
  std::uint8_t header[kMaxHeader];
  std::memcpy(header, whole.data(), p.number_at + 4);
  header[0] ^= mask[0] & 0x0f;
  const unsigned octets = (header[0] & 3) + 1u;
  std::uint32_t truncated = 0;
  for (unsigned i = 0; i < octets; ++i) {
    header[p.number_at + i] ^= mask[1 + i];
    truncated = truncated << 8 | header[p.number_at + i];
  }
  const std::size_t head = p.number_at + octets;
  const Bytes text = whole.subspan(head, whole.size() - head - crypto::kGcmTag);
  if (text.size() > room.size()) return Err::too_long;
  const std::uint64_t number = number_of(expected, truncated, octets);
  std::uint8_t nonce[crypto::kGcmNonce];
  std::memcpy(nonce, keys.iv, sizeof nonce);
  for (unsigned i = 0; i < 8; ++i) nonce[4 + i] ^= static_cast<std::uint8_t>(number >> (56 - 8 * i));
  if (!aes.open({keys.key, nonce, Bytes(header).first(head), text, whole.last(crypto::kGcmTag)}, room.data())) {
    return Err::bad_value;
  }
  return Plain{number, room.first(text.size())};
}

bool is_answered(crypto::Aes128& aes, const Version& version, const Packet& retry, Bytes id) noexcept {
  if (version.retry == nullptr || id.size() > kMaxId || retry.whole.size() <= kRetryTag) return false;
  constexpr std::size_t kMaxRetry = 2048;
  const Bytes said = retry.whole.first(retry.whole.size() - kRetryTag);
  std::uint8_t pseudo[1 + kMaxId + kMaxRetry];
  if (said.size() > kMaxRetry) return false;
  pseudo[0] = static_cast<std::uint8_t>(id.size());
  std::copy(id.begin(), id.end(), pseudo + 1);
  std::copy(said.begin(), said.end(), pseudo + 1 + id.size());
  const Bytes also = Bytes(pseudo).first(1 + id.size() + said.size());
  std::uint8_t none = 0;
  return aes.open({version.retry->key, version.retry->nonce, also, {}, retry.whole.last(kRetryTag)}, &none);
}

}  // namespace pellucid::quic
