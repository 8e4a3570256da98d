// Prf: the pseudo-random function of TLS 1.0 to 1.2 (RFC 5246 5, RFC 2246 5) and what is made by it. Functions, any thread.
#pragma once
#include <initializer_list>
#include <string_view>

#include "lib/crypto/hmac.h"

namespace pellucid::crypto {

inline constexpr std::size_t kMasterSize = 48;
inline constexpr std::size_t kVerifySize = 12;  // of a Finished
using Master = Secret<kMasterSize>;

struct Randoms {
  Bytes client;
  Bytes server;
};

// `how` is the hash of a TLS 1.2 suite, or md5_sha1 before TLS 1.2; `out` is as long as is wanted.
void prf(const Hasher& hasher, Hash how, Bytes secret, std::string_view label, std::initializer_list<Bytes> seed,
         MutBytes out) noexcept;

void master_secret(const Hasher& hasher, Hash how, Bytes premaster, const Randoms& randoms, Master& out) noexcept;
// RFC 7627 4: `session` is the hash of the messages up to the ClientKeyExchange.
void extended_master_secret(const Hasher& hasher, Hash how, Bytes premaster, Bytes session, Master& out) noexcept;
// MAC keys, keys and IVs, each the client's first (RFC 5246 6.3).
void key_block(const Hasher& hasher, Hash how, const Master& master, const Randoms& randoms, MutBytes out) noexcept;

enum class Finisher : std::uint8_t { client, server };
void finished(const Hasher& hasher, Hash how, const Master& master, Finisher who, Bytes transcript, MutBytes out) noexcept;

// A shared secret of finite fields as TLS 1.2 takes it: without leading zeros (RFC 5246 8.1.2), which TLS 1.3 keeps.
constexpr Bytes strip_zeros(Bytes shared) noexcept {
  while (!shared.empty() && shared.front() == 0) shared = shared.subspan(1);
  return shared;
}

}  // namespace pellucid::crypto
