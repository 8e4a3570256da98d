#include "lib/audit/merkle.h"

#include <algorithm>
#include <bit>

#include "lib/base/check.h"

namespace pellucid::audit {
namespace {

Hash sha256(const crypto::Digests& digests, Bytes bytes) noexcept {
  std::uint8_t out[32];
  digests.sha256(bytes, out);
  return std::to_array(out);
}

Hash node_of(const crypto::Digests& digests, const Hash& left, const Hash& right) noexcept {
  std::uint8_t joined[65] = {1};
  std::ranges::copy(left, joined + 1);
  std::ranges::copy(right, joined + 33);
  return sha256(digests, joined);
}

std::size_t split_of(std::size_t n) noexcept { return std::bit_floor(n - 1); }  // the largest power of two below n ≥ 2

Hash subtree(const crypto::Digests& digests, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split_of(leaves.size());
  return node_of(digests, subtree(digests, leaves.first(k)), subtree(digests, leaves.subspan(k)));
}

}  // namespace

Hash leaf_of(const crypto::Digests& digests, Bytes content) noexcept {
  std::vector<std::uint8_t> marked(1 + content.size());
  std::ranges::copy(content, marked.begin() + 1);
  return sha256(digests, marked);
}

Hash root_of(const crypto::Digests& digests, std::span<const Hash> leaves) {
  CHECK(leaves.size() <= kMaxLeaves);
  return leaves.empty() ? sha256(digests, {}) : subtree(digests, leaves);
}

std::vector<Hash> path_of(const crypto::Digests& digests, std::span<const Hash> leaves, std::size_t which) {
  CHECK(which < leaves.size() && leaves.size() <= kMaxLeaves);
  std::vector<Hash> path;  // from the root down, turned round at the end
  while (leaves.size() > 1) {
    const std::size_t k = split_of(leaves.size());
    if (which < k) {
      path.push_back(subtree(digests, leaves.subspan(k)));
      leaves = leaves.first(k);
    } else {
      path.push_back(subtree(digests, leaves.first(k)));
      leaves = leaves.subspan(k);
      which -= k;
    }
  }
  std::ranges::reverse(path);
  return path;
}

bool stands(const crypto::Digests& digests, const Hash& leaf, Place place, std::span<const Hash> path,
            const Hash& root) noexcept {
  if (place.which >= place.leaves) return false;
  std::size_t at = place.which;
  std::size_t last = place.leaves - 1;
  Hash hash = leaf;
  for (const Hash& beside : path) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      hash = node_of(digests, beside, hash);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_of(digests, hash, beside);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

}  // namespace pellucid::audit
