#include "lib/keys/register.h"

#include "lib/base/when.h"
#include "test/unit/base/shelf.h"
#include "test/unit/keys/make.h"

namespace pellucid::keys {
namespace {

using TestShelf = test::MemoryShelf;

std::string digest_of(const std::string& text) {  // good enough where nobody lies
  std::string out = hex_of({reinterpret_cast<const std::uint8_t*>(text.data()), std::min<std::size_t>(text.size(), 32)});
  out.resize(64, '0');
  return out;
}
Signed by(unsigned authorities) {
  Signed out;
  for (unsigned i = 0; i < authorities; ++i) out.signers.push_back({"", Signature::good, i});
  return out;
}

constexpr std::int64_t kNow = 1'795'348'800;  // 2026-11-22T12:00:00Z

class RegisterTest : public testing::Test {
 protected:
  void SetUp() override {
    restart();
    ASSERT_TRUE(register_->import_set(set(1, 2), problem_)) << problem_;
  }
  static SetFile set(std::uint64_t generation, unsigned signatures) {
    SetFile f{set_of(3, 2, 3), by(signatures), "set " + std::to_string(generation), {}};
    f.set.generation = generation;
    f.digest = digest_of(f.text);
    return f;
  }
  static GrantFile grant(const std::string& id, const std::string& more = "", unsigned signatures = 2) {
    GrantFile f;
    const std::string text = "version: 1\nid: " + id + kPlain.substr(kPlain.find("\nissuer")) + more;
    EXPECT_EQ(read(text, f.grant), "");
    f.document = by(signatures);
    f.text = id + more;
    f.digest = digest_of(f.text);
    return f;
  }
  // What a daemon does when it starts: everything is read again.
  void restart(std::uint64_t least_writes = 0) {
    register_.emplace(shelf_, "probe-1");
    opened_ = register_->open(least_writes, problem_);
    if (!opened_ || register_->ledger().set.empty()) return;
    std::string text;
    EXPECT_TRUE(register_->read_set(text, problem_));
    EXPECT_TRUE(register_->resume_set(set(register_->ledger().generation, 2), problem_)) << problem_;
    for (const Entry& e : register_->ledger().grants) {
      ASSERT_TRUE(register_->read_grant(e, text, problem_));
      EXPECT_TRUE(register_->resume_grant(grant(text.substr(0, 1), text.substr(1)), problem_)) << problem_;
    }
  }
  bool import(GrantFile file, std::int64_t now_s = kNow) {
    problem_.clear();
    return register_->import_grant(std::move(file), now_s, problem_);
  }
  Reason live(const std::string& id, std::int64_t now_s = kNow) {
    const Judge* const judge = register_->judge(id);
    return judge == nullptr ? Reason::no_grant : judge->live(register_->standing(id, now_s, register_->note(now_s)));
  }
  Quota reserve(const std::string& id, Quota wanted) { return register_->reserve(id, wanted, problem_); }

  TestShelf shelf_;
  std::optional<Register> register_;
  std::string problem_;
  bool opened_ = false;
};

TEST_F(RegisterTest, AGrantLivesOnAfterARestart) {
  EXPECT_EQ(live("a"), Reason::no_grant);
  ASSERT_TRUE(import(grant("a"))) << problem_;
  EXPECT_EQ(live("a"), Reason::none);
  restart();
  EXPECT_EQ(live("a"), Reason::none);
  EXPECT_EQ(live("a", kNow + 86'400), Reason::expired);
}

TEST_F(RegisterTest, OnlyWhatTheSetAllowsComesIn) {
  EXPECT_FALSE(import(grant("a", "", 1)));
  EXPECT_NE(problem_.find("signed by 1 of the 2"), std::string::npos);
  GrantFile other = grant("a");
  other.grant.audience = {"probe-2"};
  EXPECT_FALSE(import(std::move(other)));
  EXPECT_FALSE(import(grant("a"), kNow + 86'400));
  EXPECT_NE(problem_.find("expired since"), std::string::npos);
  Register bare(shelf_, "probe-1");
  EXPECT_FALSE(bare.import_grant(grant("a"), kNow, problem_));
  EXPECT_EQ(problem_, "no authority set is pinned; import one first");
  EXPECT_EQ(live("a"), Reason::no_grant);
  TestShelf other_shelf;
  Register nameless(other_shelf, "");
  ASSERT_TRUE(nameless.import_set(set(1, 2), problem_));
  EXPECT_FALSE(nameless.import_grant(grant("a"), kNow, problem_));
  EXPECT_NE(problem_.find("no name"), std::string::npos);
}

TEST_F(RegisterTest, AnIdBelongsToOneGrantForGood) {
  ASSERT_TRUE(import(grant("a", "quota: {sessions: 5}\n")));
  EXPECT_FALSE(import(grant("a", "quota: {sessions: 9}\n")));
  EXPECT_NE(problem_.find("id of another grant"), std::string::npos);
  EXPECT_TRUE(import(grant("a", "quota: {sessions: 5}\n", 3))) << problem_;  // with one more signature
  EXPECT_TRUE(register_->judge("a")->lifts());
}

TEST_F(RegisterTest, QuotaIsWrittenDownBeforeItIsUsed) {
  const std::string quota = "quota: {sessions: 5, bytes: 1000}\n";
  ASSERT_TRUE(import(grant("a", quota)));
  Quota got = reserve("a", {3, 600});
  EXPECT_EQ(got.sessions, 3u);
  EXPECT_EQ(got.bytes, 600u);
  restart();
  ASSERT_TRUE(import(grant("a", quota)));  // once more: it adds nothing
  got = reserve("a", {3, 600});
  EXPECT_EQ(got.sessions, 2u);
  EXPECT_EQ(got.bytes, 400u);
  EXPECT_EQ(live("a"), Reason::quota);
  restart();
  EXPECT_EQ(live("a"), Reason::quota);
  EXPECT_EQ(reserve("a", {1, 1}).sessions, 0u);
}

TEST_F(RegisterTest, WithoutRoomOnTheDiskNothingIsGivenAway) {
  ASSERT_TRUE(import(grant("a", "quota: {sessions: 5}\n")));
  shelf_.full = true;
  EXPECT_EQ(reserve("a", {3, 600}).sessions, 0u);
  EXPECT_EQ(problem_, "ledger: no space");
  EXPECT_FALSE(import(grant("b")));
  EXPECT_EQ(live("b"), Reason::no_grant);
  shelf_.full = false;
  const Quota got = reserve("a", {9, 600});
  EXPECT_EQ(got.sessions, 5u);
  EXPECT_EQ(got.bytes, 600u);  // of which there is no quota
}

TEST_F(RegisterTest, ARevocationIsForGood) {
  ASSERT_TRUE(import(grant("a")));
  ASSERT_TRUE(register_->revoke("a", {kNow, "lost\ntrust"}, problem_));
  EXPECT_EQ(live("a"), Reason::revoked);
  EXPECT_EQ(reserve("a", {1, 1}).sessions, 0u);
  restart();
  EXPECT_EQ(live("a"), Reason::revoked);
  EXPECT_EQ(register_->ledger().grants.at(0).revocation.why, "lost trust");
  EXPECT_FALSE(import(grant("a")));
  EXPECT_NE(problem_.find("is revoked, for good"), std::string::npos);
  ASSERT_TRUE(register_->revoke("b", {kNow, ""}, problem_));  // before it came
  restart();
  EXPECT_FALSE(import(grant("b")));
  EXPECT_FALSE(register_->revoke("b c", {kNow, ""}, problem_));
}

TEST_F(RegisterTest, WhatIsRevokedIsNotUsedEvenWhereThatCannotBeWritten) {
  ASSERT_TRUE(import(grant("a")));
  shelf_.full = true;
  EXPECT_FALSE(register_->revoke("a", {kNow, ""}, problem_));
  EXPECT_EQ(live("a"), Reason::revoked);
}

TEST_F(RegisterTest, AClockThatIsSetBackIsNotBelieved) {
  ASSERT_TRUE(import(grant("a")));
  EXPECT_EQ(live("a", kNow + 30), Reason::none);
  EXPECT_EQ(live("a", kNow + 29), Reason::none);
  EXPECT_EQ(live("a", kNow + 28), Reason::not_yet);
  EXPECT_EQ(live("a", kNow + 3'600), Reason::none);
  restart();
  EXPECT_EQ(live("a", kNow + 3'500), Reason::not_yet);
  EXPECT_FALSE(import(grant("b"), kNow));
  EXPECT_NE(problem_.find("clock is behind"), std::string::npos);
}

TEST_F(RegisterTest, SetsFollowEachOtherByTheQuorumOfTheOneBefore) {
  ASSERT_TRUE(import(grant("a")));
  EXPECT_FALSE(register_->import_set(set(1, 2), problem_));
  EXPECT_FALSE(register_->import_set(set(2, 1), problem_));
  EXPECT_NE(problem_.find("the set before it"), std::string::npos);
  ASSERT_TRUE(register_->import_set(set(2, 2), problem_)) << problem_;
  EXPECT_EQ(register_->judge("a"), nullptr);  // until it is judged by the new authorities
  EXPECT_FALSE(register_->resume_grant(grant("a", "", 1), problem_));
  EXPECT_TRUE(register_->resume_grant(grant("a"), problem_));
  restart();
  EXPECT_EQ(register_->ledger().generation, 2u);
  EXPECT_EQ(live("a"), Reason::none);
  EXPECT_FALSE(register_->import_set(set(1, 3), problem_));  // and never back
  EXPECT_EQ(shelf_.texts.size(), 3u);                        // the ledger, one set, one grant
}

TEST_F(RegisterTest, AnotherTextOnTheDiskIsNotTaken) {
  ASSERT_TRUE(import(grant("a")));
  EXPECT_FALSE(register_->resume_grant(grant("a", "quota: {sessions: 5}\n"), problem_));
  EXPECT_FALSE(register_->resume_grant(grant("b"), problem_));
  EXPECT_FALSE(register_->resume_set(set(9, 3), problem_));
}

TEST_F(RegisterTest, AnOldCopyOfTheFolderIsFoundByItsCounter) {
  ASSERT_TRUE(import(grant("a", "quota: {sessions: 5}\n")));
  const auto before = shelf_.texts;
  reserve("a", {5, 0});
  const std::uint64_t writes = register_->ledger().writes;
  restart(writes);
  EXPECT_TRUE(opened_);
  shelf_.texts = before;
  restart(writes);
  EXPECT_FALSE(opened_);
  EXPECT_NE(problem_.find("older than it was"), std::string::npos);
  shelf_.texts.erase("ledger");
  restart();
  EXPECT_FALSE(opened_);
  EXPECT_NE(problem_.find("missing"), std::string::npos);
  shelf_.texts["ledger"] = "pellucid-ledger 1\n";
  restart();
  EXPECT_FALSE(opened_);
  EXPECT_NE(problem_.find("damaged"), std::string::npos);
}

TEST_F(RegisterTest, WhenItIsFullOnlyTheExpiredGiveWay) {
  const auto nth = [](std::size_t i) {
    GrantFile f = grant("a");
    f.grant.id = "g" + std::to_string(i);
    f.text = f.grant.id;
    f.digest = digest_of(f.text);
    return f;
  };
  for (std::size_t i = 0; i < kMaxGrants; ++i) {
    GrantFile f = nth(i);
    if (i == 7) f.grant.not_after_s = kNow + 60;
    ASSERT_TRUE(import(std::move(f))) << problem_;
  }
  EXPECT_FALSE(import(nth(kMaxGrants)));
  EXPECT_NE(problem_.find("256 grants that have not expired"), std::string::npos);
  ASSERT_TRUE(register_->revoke("g7", {kNow, ""}, problem_));
  ASSERT_TRUE(import(nth(kMaxGrants), kNow + 60)) << problem_;
  EXPECT_EQ(live("g7", kNow + 60), Reason::no_grant);
  EXPECT_EQ(register_->ledger().revoked.at(0).first, "g7");
  EXPECT_EQ(shelf_.texts.size(), kMaxGrants + 2);
}

TEST_F(RegisterTest, RevocationsOfUnknownGrantsAreBounded) {
  ASSERT_TRUE(import(grant("a")));
  for (std::size_t i = 0; i < kMaxRevoked; ++i) ASSERT_TRUE(register_->revoke("x" + std::to_string(i), {kNow, ""}, problem_));
  EXPECT_FALSE(register_->revoke("y", {kNow, ""}, problem_));
  EXPECT_TRUE(register_->revoke("x5", {kNow, ""}, problem_));
  EXPECT_TRUE(register_->revoke("a", {kNow, ""}, problem_));
}

}  // namespace
}  // namespace pellucid::keys
