// Aes128: one block, and whole packets of GCM, by keys that are used a few times only: those of QUIC's first packets (RFC 9001
// 5). A driver implements it; it keeps nothing of a key. One thread owns one.
#pragma once
#include "lib/base/bytes.h"

namespace pellucid::crypto {

inline constexpr std::size_t kAesKey = 16, kAesBlock = 16, kGcmNonce = 12, kGcmTag = 16;

struct Sealed {  // by AES-128-GCM
  Bytes key;     // kAesKey
  Bytes nonce;   // kGcmNonce
  Bytes also;    // what the tag stands for besides, in the clear
  Bytes text;    // ciphertext, without its tag; may be empty
  Bytes tag;     // kGcmTag
};

class Aes128 {
 public:
  virtual ~Aes128() = default;
  // One block in ECB mode: `in` and `out` are kAesBlock.
  virtual void block(Bytes key, Bytes in, MutBytes out) noexcept = 0;
  // False: the tag does not match, and nothing in `out` may be used, which is as long as the ciphertext.
  virtual bool open(const Sealed& sealed, std::uint8_t* out) noexcept = 0;
};

}  // namespace pellucid::crypto
