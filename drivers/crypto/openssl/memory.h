// Memory of OpenSSL: private keys lie between guard pages, locked and left out of core dumps; whatever else it gives back is
// wiped, because its decoders leave copies of keys behind. Called once, by main, before anything else asks OpenSSL.
#pragma once
#include <cstddef>

namespace pellucid::openssl {

inline constexpr std::size_t kMaxSecrets = 16u << 20;  // octets of private keys

enum class Guarded : unsigned char { whole, unlocked, none };  // unlocked: the memory may go to disk
Guarded guard_memory() noexcept;

}  // namespace pellucid::openssl
