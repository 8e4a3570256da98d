#include "lib/keeper/transcript.h"

#include "lib/crypto/schedule.h"

namespace pellucid::keeper {
namespace {

constexpr std::size_t kHead = 4;

void write_head(std::uint8_t (&head)[kHead], std::uint8_t type, std::size_t size) noexcept {
  head[0] = type;
  for (unsigned i = 1; i < kHead; ++i) head[i] = static_cast<std::uint8_t>(size >> (8 * (kHead - 1 - i)));
}

}  // namespace

bool Transcript::add(std::uint8_t type, Bytes body) {
  std::uint8_t head[kHead];
  write_head(head, type, body.size());
  if (begun()) {
    hasher_->add(running_, head);
    hasher_->add(running_, body);
    return true;
  }
  if (hellos_.size() + kHead + body.size() > kMaxHellos) return false;
  messages_.push_back(hellos_.size());
  hellos_.insert(hellos_.end(), head, head + kHead);
  hellos_.insert(hellos_.end(), body.begin(), body.end());
  return true;
}

void Transcript::begin(crypto::Hash how, First first) {
  const std::size_t second = messages_.size() > 1 ? messages_[1] : hellos_.size();
  hasher_->start(how, running_);
  hasher_->add(running_, Bytes(hellos_).first(second));
  if (first == First::replaced) crypto::restart_transcript(*hasher_, running_);
  hasher_->add(running_, Bytes(hellos_).subspan(second));
}

Transcript::Digest Transcript::read() const {
  Digest digest;
  digest.size = static_cast<std::uint8_t>(crypto::hash_size(running_.how));
  hasher_->read(running_, MutBytes(digest.bytes, digest.size));
  return digest;
}

Transcript::Digest Transcript::first(crypto::Hash how) const {
  Digest digest;
  digest.size = static_cast<std::uint8_t>(crypto::hash_size(how));
  const std::size_t end = messages_.size() > 1 ? messages_[1] : hellos_.size();
  hasher_->digest(how, {Bytes(hellos_).first(end)}, MutBytes(digest.bytes, digest.size));
  return digest;
}

Transcript::Digest Transcript::until_binders(crypto::Hash how, std::size_t behind) const {
  Digest digest;
  digest.size = static_cast<std::uint8_t>(crypto::hash_size(how));
  const std::size_t second = messages_.size() > 1 ? messages_[1] : 0;
  if (behind > hellos_.size() - second) return digest;
  crypto::Running running;
  hasher_->start(how, running);
  if (second != 0) {
    hasher_->add(running, Bytes(hellos_).first(second));
    crypto::restart_transcript(*hasher_, running);
  }
  hasher_->add(running, Bytes(hellos_).subspan(second, hellos_.size() - second - behind));
  hasher_->read(running, MutBytes(digest.bytes, digest.size));
  return digest;
}

void Transcript::forget_hellos() {
  hellos_ = {};
  messages_ = {};
}

}  // namespace pellucid::keeper
