#include "lib/audit/merkle.h"

#include <gtest/gtest.h>

#include <random>

#include "drivers/crypto/openssl/digest.h"
#include "lib/export/text.h"

namespace pellucid::audit {
namespace {

const openssl::Digests kDigests;

std::string hex(const Hash& hash) {
  std::string out;
  exporter::write_hex(out, hash);
  return out;
}
std::vector<Hash> leaves_of(std::size_t n) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(leaf_of(kDigests, as_bytes("leaf " + std::to_string(i))));
  return leaves;
}

}  // namespace

TEST(Merkle, RootsAreThoseOfCertificateTransparency) {  // the known answers that implementations of RFC 6962 share
  const std::string_view contents[] = {{"", 0}, {"\x00", 1}, {"\x10", 1}, {"\x20\x21", 2}, {"\x30\x31", 2}};
  std::vector<Hash> leaves;
  for (const std::string_view c : contents) leaves.push_back(leaf_of(kDigests, as_bytes(c)));
  EXPECT_EQ(hex(root_of(kDigests, {})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(root_of(kDigests, std::span(leaves).first(1))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(hex(root_of(kDigests, std::span(leaves).first(2))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
  EXPECT_EQ(hex(root_of(kDigests, std::span(leaves).first(3))),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
}

TEST(Merkle, EveryLeafHasAPathAndNoOtherLeafStandsThere) {
  for (std::size_t n = 1; n <= 40; ++n) {
    const std::vector<Hash> leaves = leaves_of(n);
    const Hash root = root_of(kDigests, leaves);
    for (std::size_t i = 0; i < n; ++i) {
      const std::vector<Hash> path = path_of(kDigests, leaves, i);
      EXPECT_LE(path.size(), kMaxPath);
      EXPECT_TRUE(stands(kDigests, leaves[i], {i, n}, path, root)) << i << " of " << n;
      EXPECT_FALSE(stands(kDigests, leaf_of(kDigests, as_bytes("other")), {i, n}, path, root));
      EXPECT_FALSE(stands(kDigests, leaves[i], {i + 1, n}, path, root)) << i << " of " << n;
      EXPECT_FALSE(stands(kDigests, leaves[i], {n, n}, path, root));
      std::vector<Hash> longer = path;
      longer.push_back(root);
      EXPECT_FALSE(stands(kDigests, leaves[i], {i, n}, longer, root));
      for (std::size_t k = 0; k < path.size(); ++k) {
        std::vector<Hash> wrong = path;
        wrong[k][k] ^= 1;
        EXPECT_FALSE(stands(kDigests, leaves[i], {i, n}, wrong, root));
      }
    }
  }
}

}  // namespace pellucid::audit
