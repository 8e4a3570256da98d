// A static key pair of Enterprise Transport Security (ETSI TS 103 523-3): its group, its file, its share, its fingerprint.
// Plain values, made by whoever reads a file; OpenSSL keeps the private half and wipes it when the pair ends.
#pragma once
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/bytes.h"

namespace pellucid::ets {

struct Group {
  const char* name;       // as TLS names it
  const char* algorithm;  // what OpenSSL makes such keys of
  const char* curve;      // null where the algorithm is of one group
  unsigned id;            // of IANA's list of named groups
  unsigned bits, security_bits;
  std::size_t share_size;
};
inline constexpr Group kGroups[] = {{"x25519", "X25519", nullptr, 0x001d, 253, 128, 32},
                                    {"secp256r1", "EC", "prime256v1", 0x0017, 256, 128, 65},
                                    {"secp384r1", "EC", "secp384r1", 0x0018, 384, 192, 97}};

struct FreePkey {
  void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;

struct Pair {
  Pkey key;
  const Group* group = nullptr;
  std::vector<std::uint8_t> share;  // what a ServerHello carries as key_exchange
};

// How much is asked of a file beside its content.
enum class Custody { Any, Guarded };

// Empty, or what is wrong and what to do about it, without the path. Custody::Guarded: the file belongs to root or to this
// process's user, and nobody beside its owner and group can read it, nor anybody but its owner write it.
std::string read_pair(OSSL_LIB_CTX* library, const std::string& path, Custody custody, Pair& out);

Pkey make_key(OSSL_LIB_CTX* library, const Group& group);
Pkey public_key(OSSL_LIB_CTX* library, const Group& group, Bytes share);  // null where that is no point of the curve
std::vector<std::uint8_t> share_of(const EVP_PKEY* key);
const Group* group_of(const EVP_PKEY* key);  // null for any that is not in kGroups

// The first ten octets of the share's SHA-256 (TS 103 523-3, clause 4.3.3).
using Fingerprint = std::array<std::uint8_t, 10>;
bool fingerprint(OSSL_LIB_CTX* library, Bytes share, Fingerprint& out);
std::string hex(Bytes bytes);

}  // namespace pellucid::ets
