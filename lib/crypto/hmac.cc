#include "lib/crypto/hmac.h"

#include "lib/base/check.h"

namespace pellucid::crypto {

Hmac::Hmac(const Hasher& hasher, Hash how, Bytes key) noexcept : hasher_(hasher) {
  CHECK(how != Hash::none && how != Hash::md5_sha1);
  Secret<kMaxHashBlock> pad;
  const MutBytes block = pad.bytes().first(hash_block(how));
  if (key.size() > block.size()) {
    hasher.digest(how, {key}, block.first(hash_size(how)));
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (std::uint8_t& b : block) b ^= 0x36;
  hasher.start(how, inner_);
  hasher.add(inner_, block);
  for (std::uint8_t& b : block) b ^= 0x36 ^ 0x5c;
  hasher.start(how, outer_);
  hasher.add(outer_, block);
}

void Hmac::make(std::initializer_list<Bytes> parts, MutBytes out) const noexcept {
  CHECK(out.size() <= size());
  Secret<kMaxHash> digest;
  const MutBytes whole = digest.bytes().first(size());
  Running running = inner_;
  for (const Bytes part : parts) hasher_.add(running, part);
  hasher_.read(running, whole);
  running = outer_;
  hasher_.add(running, whole);
  hasher_.read(running, whole);
  std::memcpy(out.data(), whole.data(), out.size());
}

}  // namespace pellucid::crypto
