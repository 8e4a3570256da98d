// Aes128 by OpenSSL: what the fast one is compared with, and what does its work where a CPU lacks what that one needs. One
// thread owns one.
#pragma once
#include <memory>

#include "lib/crypto/aes128.h"

namespace pellucid::openssl {

// Null: this OpenSSL lacks the cipher.
std::unique_ptr<crypto::Aes128> make_aes128();

}  // namespace pellucid::openssl
