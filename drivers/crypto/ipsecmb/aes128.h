// Aes128 and SHA-256 by Intel's multi-buffer library, for QUIC's first packets: no allocation, no call into the system. One
// worker owns each.
#pragma once
#include <memory>

#include "lib/crypto/aes128.h"
#include "lib/crypto/hasher.h"

namespace pellucid::ipsecmb {

// Null: this CPU has not what the library needs.
std::unique_ptr<crypto::Aes128> make_aes128();

// The library hashes only what is there as a whole, so that this one keeps a message until it is asked; HKDF's are short.
inline constexpr std::size_t kMaxHashed = 208;  // octets of a message; a longer one is a programmer's error

// SHA-256 alone. Null, as above.
std::unique_ptr<crypto::Hasher> make_hasher();

}  // namespace pellucid::ipsecmb
