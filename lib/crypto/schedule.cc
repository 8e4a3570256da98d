#include "lib/crypto/schedule.h"

#include "lib/base/check.h"

namespace pellucid::crypto {
namespace {

constexpr std::uint8_t kZeros[kMaxHash] = {};
Bytes or_zeros(Bytes input, Hash how) noexcept { return input.empty() ? Bytes(kZeros, hash_size(how)) : input; }

}  // namespace

Schedule::Schedule(const Hasher& hasher, Hash how, Bytes psk) noexcept : hasher_(hasher), secret_(how) {
  extract(hasher, how, {}, or_zeros(psk, how), secret_.bytes());
}

void Schedule::step(Bytes shared) noexcept {
  CHECK(steps_ < 2);
  ++steps_;
  HashSecret salt(secret_.hash());
  derive("derived", salt);
  extract(hasher_, secret_.hash(), salt.bytes(), or_zeros(shared, secret_.hash()), secret_.bytes());
}

void Schedule::derive(std::string_view label, Bytes transcript, HashSecret& out) const noexcept {
  CHECK(out.hash() == secret_.hash() && transcript.size() == hash_size(secret_.hash()));
  expand_label(Hmac(hasher_, secret_.hash(), secret_.bytes()), label, transcript, out.bytes());
}

void Schedule::derive(std::string_view label, HashSecret& out) const noexcept {
  std::uint8_t nothing[kMaxHash];
  const MutBytes digest(nothing, hash_size(secret_.hash()));
  hasher_.digest(secret_.hash(), {}, digest);
  derive(label, digest, out);
}

void traffic_keys(const Hasher& hasher, const HashSecret& traffic, MutBytes key, MutBytes iv) noexcept {
  const Hmac secret(hasher, traffic.hash(), traffic.bytes());
  expand_label(secret, "key", {}, key);
  expand_label(secret, "iv", {}, iv);
}

void update_traffic(const Hasher& hasher, HashSecret& traffic) noexcept {
  const Hmac secret(hasher, traffic.hash(), traffic.bytes());
  expand_label(secret, "traffic upd", {}, traffic.bytes());
}

void finished(const Hasher& hasher, const HashSecret& base, Bytes transcript, MutBytes out) noexcept {
  HashSecret key(base.hash());
  expand_label(Hmac(hasher, base.hash(), base.bytes()), "finished", {}, key.bytes());
  Hmac(hasher, base.hash(), key.bytes()).make({transcript}, out);
}

void resumption_psk(const Hasher& hasher, const HashSecret& resumption, Bytes nonce, HashSecret& out) noexcept {
  expand_label(Hmac(hasher, resumption.hash(), resumption.bytes()), "resumption", nonce, out.bytes());
}

void restart_transcript(const Hasher& hasher, Running& transcript) noexcept {
  const Hash how = transcript.how;
  std::uint8_t digest[kMaxHash];
  const MutBytes first(digest, hash_size(how));
  hasher.read(transcript, first);
  const std::uint8_t head[] = {254, 0, 0, static_cast<std::uint8_t>(first.size())};
  hasher.start(how, transcript);
  hasher.add(transcript, head);
  hasher.add(transcript, first);
}

}  // namespace pellucid::crypto
