#include "app/daemon/policies.h"

#include <gtest/gtest.h>

#include "test/unit/base/shelf.h"

namespace pellucid::app {

namespace {

std::uint64_t now_s = 1000;
std::uint64_t clock_s() { return now_s; }

using Memory = test::MemoryShelf;

struct Word final : PolicyMaker::Program {
  std::string text;
  std::uint64_t generation = 0;
};

class Maker final : public PolicyMaker {  // a policy is good unless it says so
 public:
  std::string live;
  std::uint64_t generation = 0;
  unsigned published = 0;
  std::string spoiled = "bad";
  std::unique_ptr<Program> compile(std::string_view text, std::string_view file, std::uint64_t n,
                                   std::string& problem) override {
    if (text == spoiled) {
      problem = std::string(file) + ":1:1: is bad";
      return nullptr;
    }
    auto made = std::make_unique<Word>();
    made->text = text;
    made->generation = n;
    return made;
  }
  std::vector<PolicyChange> compare(const Program& a, const Program& b) override {
    const std::string &x = static_cast<const Word&>(a).text, &y = static_cast<const Word&>(b).text;
    return x == y ? std::vector<PolicyChange>{} : std::vector<PolicyChange>{{"changed", "text", x, y, x + y}};
  }
  Impact impact(const Program&) override { return {}; }
  Published publish(std::shared_ptr<const Program> program) override {
    live = static_cast<const Word&>(*program).text;
    generation = static_cast<const Word&>(*program).generation;
    ++published;
    return {1, 1, 0};
  }
};

using R = Policies::Refusal;

class PoliciesTest : public testing::Test {
 protected:
  Memory shelf;
  Maker maker;
  std::unique_ptr<Policies> policies;
  std::string problem;

  void SetUp() override {
    now_s = 1000;
    ASSERT_TRUE(start());
  }
  bool start() {  // anew, as after a crash: only the shelf stays
    policies = std::make_unique<Policies>(shelf, maker, clock_s);
    return policies->start("first", "default", problem);
  }
  Policies::Result apply(const std::string& text, std::uint64_t confirm_s = 0) {
    Policies::Proposal p;
    p.text = text;
    p.author = {"alice", "because"};
    p.confirm_s = confirm_s;
    return policies->apply(p);
  }
};

}  // namespace

TEST_F(PoliciesTest, BeginWithTheFirstAndGoOnWithTheLast) {
  EXPECT_EQ(maker.live, "first");
  EXPECT_EQ(apply("second").generation, 2u);
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "second");
  EXPECT_EQ(maker.generation, 2u);
  EXPECT_EQ(policies->history().front().author, "alice");
  EXPECT_TRUE(policies->state().problems.empty());
}

TEST_F(PoliciesTest, ThatAreWrongChangeNothing) {
  const auto before = shelf.texts;
  EXPECT_EQ(apply("bad").refusal, R::invalid);
  EXPECT_EQ(maker.live, "first");
  EXPECT_EQ(shelf.texts, before);
  EXPECT_EQ(apply(std::string(kMaxPolicyText + 1, 'x')).refusal, R::invalid);
}

TEST_F(PoliciesTest, AreComparedAndSwapped) {
  Policies::Proposal p;
  p.text = "second";
  p.expect_generation = 7;
  EXPECT_EQ(policies->apply(p).refusal, R::conflict);
  EXPECT_EQ(policies->preview(p).refusal, R::conflict);
  p.expect_generation = 1;
  EXPECT_EQ(policies->preview(p).changes.size(), 1u);
  EXPECT_EQ(maker.published, 1u);
  EXPECT_EQ(policies->apply(p).refusal, R::none);
}

TEST_F(PoliciesTest, ThatNobodyConfirmsGoBackInTime) {
  EXPECT_EQ(apply("second", 60).pending->deadline_s, 1060u);
  EXPECT_EQ(apply("third").refusal, R::pending);
  now_s = 1059;
  policies->tick();
  EXPECT_EQ(maker.live, "second");
  now_s = 1060;
  policies->tick();
  EXPECT_EQ(maker.live, "first");
  EXPECT_EQ(maker.generation, 3u);
  EXPECT_EQ(policies->history().front().kind, "expired");
  policies->tick();
  EXPECT_EQ(policies->history().size(), 3u);
}

TEST_F(PoliciesTest, ThatWaitSurviveARestart) {
  apply("second", 60);
  now_s = 1030;
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "second");
  EXPECT_EQ(policies->state().pending->deadline_s, 1060u);
  EXPECT_EQ(policies->confirm().refusal, R::none);
  now_s = 2000;
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "second");

  apply("third", 60);
  now_s = 3000;  // its time was over while the daemon was down
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "second");
  EXPECT_EQ(policies->history().front().kind, "expired");
}

TEST_F(PoliciesTest, RollBackToTheOneBeforeOrToAnyThatIsKnown) {
  EXPECT_EQ(policies->roll_back(std::nullopt, {}).refusal, R::missing);
  apply("second");
  apply("third");
  EXPECT_EQ(policies->roll_back(std::nullopt, {"bob", ""}).generation, 4u);
  EXPECT_EQ(maker.live, "second");
  EXPECT_EQ(policies->roll_back(1, {}).generation, 5u);
  EXPECT_EQ(maker.live, "first");
  EXPECT_EQ(policies->roll_back(77, {}).refusal, R::missing);
  apply("fourth", 60);
  EXPECT_EQ(policies->roll_back(std::nullopt, {}).refusal, R::none);
  EXPECT_EQ(maker.live, "first");
  EXPECT_FALSE(policies->state().pending);
  EXPECT_EQ(policies->confirm().refusal, R::conflict);
}

// A change writes twice: its text, and the history. Whichever fails, and whether or not the daemon lives on, one whole policy
// is live, and the disk says the same one.
TEST_F(PoliciesTest, AreWholeWhicheverWritingFails) {
  for (int n = 0; n < 2; ++n) {
    shelf.fails_in = n;
    EXPECT_EQ(apply("second " + std::to_string(n)).refusal, R::failed);
    EXPECT_EQ(maker.live, "first");
    shelf.fails_in = -1;
    ASSERT_TRUE(start());
    EXPECT_EQ(maker.live, "first");
    EXPECT_TRUE(policies->state().problems.empty());
  }
  EXPECT_EQ(apply("second").generation, 2u);
  ASSERT_EQ(apply("third", 60).refusal, R::none);
  shelf.fails_in = 0;
  EXPECT_EQ(policies->confirm().refusal, R::failed);
  EXPECT_TRUE(policies->state().pending);
  now_s = 5000;
  for (int i = 0; i < 100; ++i) policies->tick();  // reported once
  EXPECT_EQ(policies->state().problems.size(), 1u);
  EXPECT_EQ(maker.live, "third");
  shelf.fails_in = -1;
  policies->tick();
  EXPECT_EQ(maker.live, "second");
}

// The daemon ends between the two writings.
TEST_F(PoliciesTest, ThatWereNeverPublishedAreNotLiveAfterACrash) {
  shelf.texts["2.yaml"] = "half-way";
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "first");
  EXPECT_TRUE(policies->state().problems.empty());
  EXPECT_EQ(apply("second").generation, 2u);
  EXPECT_EQ(shelf.texts["2.yaml"], "second");
}

TEST_F(PoliciesTest, OutliveAHistoryThatIsTornOrGone) {
  apply("second");
  const std::string whole = shelf.texts["history.json"];
  shelf.texts["history.json"] = whole.substr(0, whole.size() / 2);
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "second");
  EXPECT_EQ(policies->state().problems.size(), 1u);
  EXPECT_EQ(shelf.texts.count("history.json.spoiled"), 1u);
  EXPECT_EQ(apply("third").generation, 3u);

  shelf.texts.erase("history.json");
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "third");
  EXPECT_FALSE(policies->state().problems.empty());
}

TEST_F(PoliciesTest, ThatCanNoLongerBeUsedGiveWayToTheOneBefore) {
  apply("second");
  maker.spoiled = "second";  // as after an upgrade
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "first");
  EXPECT_EQ(maker.generation, 3u);
  EXPECT_EQ(policies->history().front().of, 1u);
  shelf.texts.erase("1.yaml");
  shelf.texts.erase("3.yaml");
  ASSERT_TRUE(start());
  EXPECT_EQ(maker.live, "first");  // the configuration's
  EXPECT_EQ(policies->history().front().kind, "first");
  shelf.texts.clear();
  maker.spoiled = "first";
  EXPECT_FALSE(start());
  EXPECT_NE(problem.find("default:1:1"), std::string::npos);
}

TEST_F(PoliciesTest, LeaveFilesOfOthersAlone) {
  shelf.texts["notes.txt"] = "mine";
  shelf.texts["99.yaml"] = "mine";
  ASSERT_TRUE(start());
  EXPECT_EQ(policies->state().problems.size(), 2u);
  EXPECT_EQ(shelf.texts["notes.txt"], "mine");
  EXPECT_EQ(shelf.texts["99.yaml"], "mine");
}

TEST_F(PoliciesTest, ForgetTheOldestAtTheirBounds) {
  Revisions long_ago;  // all but the last few are already on the shelf
  ASSERT_TRUE(read_revisions(shelf.texts.at("history.json"), long_ago));
  while (long_ago.list.size() < kMaxRevisions - 5) {
    const std::uint64_t n = long_ago.list.size() + 1;
    const std::string text = "text " + std::to_string(n);
    long_ago.list.push_back({n, now_s, "apply", "alice", "", "policy.yaml", 0, text.size()});
    shelf.texts[std::to_string(n) + ".yaml"] = text;
  }
  shelf.texts["history.json"] = write_revisions(long_ago);
  ASSERT_TRUE(start());
  for (std::size_t i = 0; i < 11; ++i) ASSERT_EQ(apply("text " + std::to_string(i)).refusal, R::none);
  EXPECT_EQ(policies->history().size(), kMaxRevisions);
  EXPECT_EQ(shelf.texts.size(), kMaxRevisions + 1);
  Revision r;
  EXPECT_FALSE(policies->text(1, r));
  EXPECT_TRUE(policies->text(kMaxRevisions, r));
  ASSERT_TRUE(start());
  EXPECT_TRUE(policies->state().problems.empty());
}

TEST_F(PoliciesTest, ForgetTheOldestWhereTheirTextsGrowLarge) {
  const std::string large(kMaxPolicyText, 'x');
  for (std::size_t i = 0; i < kMaxRevisionBytes / kMaxPolicyText + 3; ++i) ASSERT_EQ(apply(large).refusal, R::none);
  std::size_t bytes = 0;
  for (const auto& [name, text] : shelf.texts) bytes += name.ends_with(".yaml") ? text.size() : 0;
  EXPECT_LE(bytes, kMaxRevisionBytes);
  EXPECT_GE(bytes, kMaxRevisionBytes - kMaxPolicyText);
}

}  // namespace pellucid::app
