// The engine by Intel's multi-buffer library: AES-GCM and ChaCha20-Poly1305, in pieces; it refuses the rest. One worker owns
// one.
#pragma once
#include <memory>

#include "lib/crypto/engine.h"

namespace pellucid::ipsecmb {

inline constexpr std::uint32_t kMaxTables =
    4096;  // GCM tables, 1 KiB each: made when a key is used, remade when it lost its place

// Null: this CPU has not what the library needs.
std::unique_ptr<crypto::Engine> make_engine(std::uint32_t slots, std::uint32_t tables = kMaxTables);

}  // namespace pellucid::ipsecmb
