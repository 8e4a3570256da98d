// The engine by OpenSSL: every cipher that a suite of ours can have. Its contexts are made when a key is claimed; opening makes
// none. One thread owns one.
#pragma once
#include <memory>

#include "lib/crypto/engine.h"

namespace pellucid::openssl {

// Null: this OpenSSL lacks one of the ciphers, or the number of slots cannot be.
std::unique_ptr<crypto::Engine> make_engine(std::uint32_t slots);

}  // namespace pellucid::openssl
