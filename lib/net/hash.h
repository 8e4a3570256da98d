// Two hashes, never confused. FlowHash: 64 bits from AES rounds over the canonical key under a secret: it places flows in
// the table, makes tags and flow_id. queue_hash: the symmetric Toeplitz hash of a NIC (RSS key 6d5a…), 16 bits of entropy,
// linear: it chooses a queue or a worker, nothing else. Both are pure; any thread.
#pragma once
#include "lib/net/key.h"

namespace pellucid::net {

struct HashSecret {  // drawn at start by app; a parameter in tests
  std::uint8_t bytes[64];  // four AES round keys
};

// Hashes n keys. The vector kernel (AES-NI) is chosen once at start where the CPU has it; both give the same bits.
using FlowHashKernel = void (*)(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept;
void flow_hash_plain(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept;
FlowHashKernel choose_flow_hash() noexcept;

// Equal for both directions and for any number of workers: a hash of the key and of the flow's first packet time, below 2^51.
std::uint64_t flow_id(const HashSecret& secret, const Key& key, std::uint64_t first_ns) noexcept;

std::uint32_t queue_hash(const Key& key) noexcept;  // what a NIC computes over addresses and ports with the 6d5a key

}  // namespace pellucid::net
