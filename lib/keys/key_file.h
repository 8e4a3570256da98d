// Key files: private keys in PEM or DER as operators and key managers hand them over: PKCS#8 (RFC 5208), SEC1 (RFC 5915),
// PKCS#1 and the packages of Enterprise Transport Security (RFC 5958; TS 103 523-3, 4.3). The keys are made by a KeyMaker.
// Control threads; the caller owns the octets and wipes them.
#pragma once
#include "lib/keys/vault.h"

namespace pellucid::keys {

inline constexpr std::size_t kMaxKeyFile = 64 * 1024;  // octets
inline constexpr std::size_t kMaxFileKeys = 64;        // keys of one file

// All keys of a file, at least one; or none of them and one line in `problem`, without the file's name. PEM is opened where it
// stands.
bool read_key_file(MutBytes file, crypto::KeyMaker& maker, std::vector<FoundKey>& keys, std::string& problem);

}  // namespace pellucid::keys
