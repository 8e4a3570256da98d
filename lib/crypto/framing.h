// Framing: what a cipher authenticates beside a record's content, its nonce, and what stands around the content of CBC records.
// Functions, any thread.
#pragma once
#include "lib/crypto/engine.h"

namespace pellucid::crypto {

inline constexpr std::size_t kNonce = 12;

// Whether sizes and hash are those that the cipher needs.
Err judge_use(const KeyUse& use) noexcept;

struct Aad {
  std::uint8_t bytes[13];
  std::uint8_t size;
  Bytes view() const noexcept { return Bytes(bytes, size); }
};
// RFC 8446 5.2, RFC 5246 6.2.3.3.
Aad aad_of(Cipher cipher, Version version, const Record& record) noexcept;
// … and what a MAC goes over before the content (RFC 5246 6.2.3.1), which is `size` octets long.
Aad mac_head(const Record& record, std::size_t size) noexcept;
// RFC 8446 5.3, RFC 7905 2: the sequence number laid over the IV; RFC 5288 3, RFC 6655 3: the IV and what the record brings.
void nonce_of(Cipher cipher, Version version, const std::uint8_t (&iv)[kNonce], const Record& record,
              std::uint8_t (&out)[kNonce]) noexcept;

// Octets left of a decrypted CBC record when its padding is taken away; bad_value: it has none (RFC 5246 6.2.3.2). We answer no
// peer, so that nobody can learn from our time where it failed.
Result<std::size_t> without_padding(Bytes plain) noexcept;

}  // namespace pellucid::crypto
