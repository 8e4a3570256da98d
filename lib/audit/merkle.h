// Merkle: one hash that stands for many (RFC 6962, 2.1): the root of a tree over leaves, and the path by which anyone who has a
// leaf and the root sees that the one is under the other. Plain functions; the leaves are the caller's.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "lib/crypto/hash.h"

namespace pellucid::audit {

using Hash = std::array<std::uint8_t, 32>;  // SHA-256

inline constexpr std::size_t kMaxLeaves = 1u << 20;  // of one tree
inline constexpr std::size_t kMaxPath = 20;          // hashes from a leaf to the root

Hash leaf_of(const crypto::Digests& digests, Bytes content) noexcept;  // H(0x00 | content)
// Of no leaves: the hash of nothing. More than kMaxLeaves: CHECK.
Hash root_of(const crypto::Digests& digests, std::span<const Hash> leaves);
std::vector<Hash> path_of(const crypto::Digests& digests, std::span<const Hash> leaves, std::size_t which);

struct Place {  // of a leaf
  std::size_t which;
  std::size_t leaves;
};
// Whether a leaf stands there under that root (RFC 9162, 2.1.3.2).
bool stands(const crypto::Digests& digests, const Hash& leaf, Place place, std::span<const Hash> path,
            const Hash& root) noexcept;

}  // namespace pellucid::audit
