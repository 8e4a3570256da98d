// Two hashes, never confused. FlowHash: 64 bits from AES rounds over the canonical key under a secret: it places flows in
// the table, makes tags and flow_id. queue_hash: the symmetric Toeplitz hash of a NIC (RSS key 6d5a…), 16 bits of entropy,
// linear: it chooses a queue or a worker, nothing else. Both are pure; any thread.
#pragma once
#include "lib/net/key.h"

namespace pellucid::net {

struct HashSecret {        // drawn at start by app; a parameter in tests
  std::uint8_t bytes[64];  // four AES round keys
};

// Hashes n keys. The vector kernel (AES-NI) is chosen once at start where the CPU has it; both give the same bits.
//
// With secret k0..k3, a key as three blocks b0..b2 of 16 octets, and E(s, k) one AES encryption round (the instruction AESENC:
// shift rows, substitute, mix columns, add k):
//   s = k0;   for each block b:  s = E(E(s ^ b, k1), k2);   s = E(E(E(E(s, k3), k0), k1), k2);   hash = low half of s,
//   little-endian
// A difference in a block passes at least five active S-boxes before the next block meets it, so two chosen keys collide by
// design of the sender with a chance of about 2^-30 at best without knowledge of the secret, and four more rounds spread each
// bit of the state over all of the result. It is a hash for tables, not a message authentication code.
using FlowHashKernel = void (*)(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept;
void flow_hash_plain(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept;
void flow_hash_aesni(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept;  // only if chosen
FlowHashKernel choose_flow_hash() noexcept;

// Equal for both directions and for any number of workers: a hash of the key and of the flow's first packet time, below 2^51.
// It is the flow hash of a block that no key can be (family 0) and that holds the key's own hash and the time.
std::uint64_t flow_id(FlowHashKernel kernel, const HashSecret& secret, const Key& key, std::uint64_t first_ns) noexcept;

std::uint32_t queue_hash(const Key& key) noexcept;  // what a NIC computes over addresses and ports with the 6d5a key

}  // namespace pellucid::net
