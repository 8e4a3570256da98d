#include "lib/audit/sheaf.h"

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"

namespace pellucid::audit {
namespace {

const openssl::Digests kDigests;
constexpr std::uint64_t kNow = 1'700'000'000'250'000'000;

}  // namespace

TEST(Sheaf, ItsRootStandsForItsRecordsAndTheirTimes) {
  Sheaf sheaf(kDigests);
  EXPECT_FALSE(sheaf.ends_before(kNow));
  EXPECT_TRUE(sheaf.add("first", kNow));
  EXPECT_TRUE(sheaf.add("second", kNow - 200'000'000));
  EXPECT_FALSE(sheaf.ends_before(kNow + 700'000'000));
  EXPECT_TRUE(sheaf.ends_before(kNow + 800'000'000));
  EXPECT_FALSE(sheaf.ends_before(kNow - Sheaf::kSecond));  // packets out of order make no more roots
  const Sessions sessions = sheaf.sessions();
  const Hash leaves[] = {leaf_of(kDigests, as_bytes("first")), leaf_of(kDigests, as_bytes("second"))};
  EXPECT_EQ(sessions.root, root_of(kDigests, leaves));
  EXPECT_EQ(sessions.count, 2u);
  EXPECT_EQ(sessions.from_ns, kNow - 200'000'000);
  EXPECT_EQ(sessions.until_ns, kNow);
  sheaf.clear();
  EXPECT_TRUE(sheaf.leaves().empty());
}

TEST(Sheaf, TakesNoMoreThanItHasRoomFor) {
  Sheaf sheaf(kDigests);
  for (std::size_t i = 0; i < kMaxSheaf; ++i) ASSERT_TRUE(sheaf.add("one", kNow));
  EXPECT_TRUE(sheaf.full());
  EXPECT_FALSE(sheaf.add("one more", kNow));
  EXPECT_EQ(sheaf.sessions().count, kMaxSheaf);
}

TEST(Sheaf, CountsRefusalsByTheirReasons) {
  Sheaf sheaf(kDigests);
  for (int i = 0; i < 3; ++i) sheaf.refuse(keys::Reason::quota);
  sheaf.refuse(keys::Reason::unwitnessed);
  sheaf.forget(keys::Reason::unwitnessed);
  EXPECT_EQ(sheaf.refused(keys::Reason::quota), 3u);
  EXPECT_EQ(sheaf.refused(keys::Reason::unwitnessed), 0u);
}

}  // namespace pellucid::audit
