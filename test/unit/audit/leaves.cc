#include "lib/audit/leaves.h"

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"

namespace pellucid::audit {
namespace {

const openssl::Digests kDigests;

Hash leaf(std::size_t i) { return leaf_of(kDigests, as_bytes("leaf " + std::to_string(i))); }
std::vector<Hash> some(std::size_t from, std::size_t n) {
  std::vector<Hash> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(leaf(from + i));
  return out;
}

}  // namespace

TEST(Leaves, LinesReadBackAndNothingElseDoes) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{3}, kMaxLineLeaves}) {
    const std::string text = write_leaves({412, 7, some(0, n)});
    EXPECT_LE(text.size(), kMaxLeafLine);
    LeafLine line;
    ASSERT_TRUE(read_leaves(text, line));
    EXPECT_EQ(line.seq, 412u);
    EXPECT_EQ(line.first, 7u);
    EXPECT_EQ(line.leaves, some(0, n));
    EXPECT_FALSE(read_leaves(text + " ", line));
  }
  const std::string good = write_leaves({1, 0, some(0, 2)});
  LeafLine line;
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(read_leaves(good.substr(0, size), line)) << size;
  EXPECT_FALSE(read_leaves(write_leaves({1, 0, {}}), line));
  EXPECT_FALSE(read_leaves(write_leaves({1, 0, some(0, kMaxLineLeaves + 1)}), line));
}

TEST(Leaves, ALeafIsFoundWithAllOfItsTree) {
  const std::string lines[] = {write_leaves({4, 0, some(0, 5)}), write_leaves({9, 0, some(5, kMaxLineLeaves)}),
                               write_leaves({9, kMaxLineLeaves, some(5 + kMaxLineLeaves, 2)}),
                               write_leaves({12, 0, some(900, 1)})};
  const auto find = [&](std::size_t which) {
    LeafSearch search(leaf(which));
    for (const std::string& line : lines) search.take(line);
    return search.end();
  };
  const auto first = find(3);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->seq, 4u);
  EXPECT_EQ(first->which, 3u);
  EXPECT_EQ(first->leaves, some(0, 5));
  const auto late = find(5 + kMaxLineLeaves);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->seq, 9u);
  EXPECT_EQ(late->which, kMaxLineLeaves);
  EXPECT_EQ(late->leaves, some(5, kMaxLineLeaves + 2));
  EXPECT_TRUE(find(900));
  EXPECT_FALSE(find(901));
}

TEST(Leaves, ATreeThatWasBegunAnewCountsAsItWasWrittenLast) {
  LeafSearch search(leaf(0));
  search.take(write_leaves({4, 0, some(0, 2)}));
  search.take(write_leaves({6, 0, some(0, 3)}));
  search.take("what is none of ours");
  search.take(write_leaves({8, 5, some(50, 1)}));  // its beginning is not there
  const auto found = search.end();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq, 6u);
  EXPECT_EQ(found->leaves.size(), 3u);
}

}  // namespace pellucid::audit
