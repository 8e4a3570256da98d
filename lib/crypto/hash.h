// Digests: hash functions over whole messages, for names and fingerprints only (JA3, community_id, certificates). A driver
// implements it; one thread owns one.
#pragma once
#include "lib/base/bytes.h"

namespace pellucid::crypto {

class Digests {
 public:
  virtual ~Digests() = default;
  virtual void md5(Bytes bytes, std::uint8_t (&out)[16]) const noexcept = 0;
  virtual void sha1(Bytes bytes, std::uint8_t (&out)[20]) const noexcept = 0;
  virtual void sha256(Bytes bytes, std::uint8_t (&out)[32]) const noexcept = 0;
};

}  // namespace pellucid::crypto
