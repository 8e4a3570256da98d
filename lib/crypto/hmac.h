// Hmac: keyed hashes (RFC 2104), the key gone through once however many messages follow. One owner; wiped at its end.
#pragma once
#include "lib/crypto/hasher.h"

namespace pellucid::crypto {

class Hmac {
 public:
  Hmac(const Hasher& hasher, Hash how, Bytes key) noexcept;
  // `out` may be shorter than the hash: its first octets, then.
  void make(std::initializer_list<Bytes> parts, MutBytes out) const noexcept;
  std::size_t size() const noexcept { return hash_size(inner_.how); }

 private:
  const Hasher& hasher_;
  Running inner_;
  Running outer_;
};

}  // namespace pellucid::crypto
