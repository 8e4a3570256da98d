// Hkdf: keys out of secrets (RFC 5869), with the labels of TLS 1.3 (RFC 8446 7.1). Functions, any thread.
#pragma once
#include <string_view>

#include "lib/crypto/hmac.h"

namespace pellucid::crypto {

void extract(const Hasher& hasher, Hash how, Bytes salt, Bytes input, MutBytes out) noexcept;

// `out` is as long as is wanted, up to kMaxExpanded.
inline constexpr std::size_t kMaxExpanded = 255;  // octets that expand() gives: no key of TLS is longer
void expand(const Hmac& secret, Bytes info, MutBytes out) noexcept;

inline constexpr std::size_t kMaxLabel =
    24;  // octets of a label without "tls13 ": "c e traffic" and the like, and those of QUIC
inline constexpr std::size_t kMaxContext =
    255;  // octets of a label's context: a digest, or a ticket's nonce, which has one octet of length
void expand_label(const Hmac& secret, std::string_view label, Bytes context, MutBytes out) noexcept;

}  // namespace pellucid::crypto
