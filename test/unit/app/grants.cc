#include "app/daemon/grants.h"

#include "lib/base/when.h"
#include "test/unit/base/shelf.h"
#include "test/unit/drivers/people.h"

namespace pellucid::app {
namespace {

using keys::Reason;
using openssl::people::Person;
using Refusal = Grants::Refusal;

std::uint64_t noon = 1'795'348'800;  // 2026-11-22T12:00:00Z
std::uint64_t clock_s() { return noon; }

using Memory = test::MemoryShelf;

using People = std::vector<const Person*>;

class GrantsTest : public testing::Test {
 protected:
  void SetUp() override {
    noon = 1'795'348'800;
    restart();
  }
  void restart() {
    grants_.emplace(shelf_, "probe-1", clock_s);
    grants_->start(0);
  }
  Grants::Upload set(int generation, const People& members, const People& signers) {
    std::string text = "version: 1\nid: s\ngeneration: " + std::to_string(generation) +
                       "\nthresholds: {sign: 2, override: 2}\ncertificates:\n";
    for (const Person* p : members) {
      text += "- |\n";
      for (std::size_t at = 0; at < p->pem.size(); at = p->pem.find('\n', at) + 1) {
        text += "  " + p->pem.substr(at, p->pem.find('\n', at) + 1 - at);
      }
    }
    return {openssl::people::signed_by(text, signers), "set.cms"};
  }
  Grants::Upload grant(const std::string& id, const People& signers) {
    const std::string text = "version: 1\nid: " + id +
                             "\nissuer: CISO\naudience: probe-1\npurpose: fraud\nlegal_basis: {type: order, reference: r}\n"
                             "not_before: 2026-11-22T00:00:00Z\nnot_after: 2026-11-23T00:00:00Z\nmethod: ets\n"
                             "depth: headers\nscope: {server_networks: 10.0.0.0/8}\nquota: {sessions: 5}\n";
    return {openssl::people::signed_by(text, signers), id + ".cms"};
  }
  Reason reason(const std::string& id) {
    const auto view = grants_->find(id);
    return view ? view->reason : Reason::no_grant;
  }

  Memory shelf_;
  std::optional<Grants> grants_;
  Person ada_{"ada"}, bob_{"bob"}, cleo_{"cleo"}, eve_{"eve"};
};

TEST_F(GrantsTest, WhatWasImportedIsThereAfterARestart) {
  EXPECT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::denied);
  const auto pinned = grants_->import_set(set(1, {&ada_, &bob_}, {&ada_, &bob_}));
  ASSERT_EQ(pinned.refusal, Refusal::none) << pinned.problem;
  const auto came = grants_->import_grant(grant("a", {&ada_, &bob_}));
  ASSERT_EQ(came.refusal, Refusal::none) << came.problem;
  EXPECT_EQ(came.id, "a");
  restart();
  EXPECT_TRUE(grants_->problems().empty());
  ASSERT_EQ(grants_->list().size(), 1u);
  EXPECT_EQ(reason("a"), Reason::none);
  EXPECT_EQ(grants_->find("a")->standing.left.sessions, 5u);
  EXPECT_EQ(grants_->set()->set.authorities.size(), 2u);
  noon += 86'400;
  EXPECT_EQ(reason("a"), Reason::expired);
}

TEST_F(GrantsTest, RefusalsSayOfWhichKindTheyAre) {
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_}, {&ada_})).refusal, Refusal::denied);
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_}, {&ada_, &bob_})).refusal, Refusal::none);
  EXPECT_EQ(grants_->import_grant({"version: 1\n", "g.yaml"}).refusal, Refusal::invalid);
  EXPECT_EQ(grants_->import_grant(grant("a", {&ada_, &eve_})).refusal, Refusal::denied);
  EXPECT_EQ(grants_->import_grant({openssl::people::signed_by("version: 1\nid: a\n", {&ada_, &bob_}), "g.cms"}).problem,
            "g.cms:1:1: the key `issuer` is missing; write text (text of 1 to 1024 octets)");
  EXPECT_EQ(grants_->revoke("a/b", "").refusal, Refusal::invalid);
  EXPECT_EQ(reason("a"), Reason::no_grant);
}

TEST_F(GrantsTest, ANewSetTakesTheRightOfGrantsThatItsAuthoritiesDidNotSign) {
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_, &cleo_}, {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->import_grant(grant("b", {&bob_, &cleo_})).refusal, Refusal::none);
  EXPECT_EQ(grants_->import_set(set(2, {&eve_, &cleo_}, {&eve_, &cleo_})).refusal, Refusal::denied);
  EXPECT_EQ(reason("a"), Reason::none);
  ASSERT_EQ(grants_->import_set(set(2, {&bob_, &cleo_, &eve_}, {&ada_, &bob_})).refusal, Refusal::none);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reason("a"), Reason::no_grant);
    EXPECT_EQ(reason("b"), Reason::none);
    ASSERT_EQ(grants_->problems().size(), 1u);
    EXPECT_NE(grants_->problems()[0].find("the grant a is not used: signed by 1 of the 2"), std::string::npos);
    restart();
  }
}

TEST_F(GrantsTest, RevokedIsRevoked) {
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_}, {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->revoke("a", "lost trust").refusal, Refusal::none);
  EXPECT_EQ(reason("a"), Reason::revoked);
  restart();
  EXPECT_EQ(reason("a"), Reason::revoked);
  EXPECT_EQ(grants_->find("a")->entry.revocation.why, "lost trust");
  EXPECT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::denied);
}

TEST_F(GrantsTest, AClockThatIsSetBackOpensNothingAlsoAfterARestart) {
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_}, {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::none);
  noon += 3'600;
  grants_->tick();
  noon -= 60;
  restart();
  EXPECT_EQ(reason("a"), Reason::not_yet);
  EXPECT_EQ(grants_->import_grant(grant("b", {&ada_, &bob_})).refusal, Refusal::denied);
  noon += 60;
  EXPECT_EQ(reason("a"), Reason::none);
}

TEST_F(GrantsTest, WithDamagedStateNothingIsUsedAndNothingComesIn) {
  ASSERT_EQ(grants_->import_set(set(1, {&ada_, &bob_}, {&ada_, &bob_})).refusal, Refusal::none);
  ASSERT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::none);
  const auto good = shelf_.texts;
  shelf_.texts["ledger"] += "x";
  restart();
  EXPECT_NE(grants_->problems().at(0).find("damaged"), std::string::npos);
  EXPECT_EQ(grants_->import_grant(grant("a", {&ada_, &bob_})).refusal, Refusal::failed);
  EXPECT_EQ(reason("a"), Reason::no_grant);
  shelf_.texts = good;
  for (auto& [name, text] : shelf_.texts) {
    if (name.starts_with("grant-")) text = grant("a", {&ada_, &eve_}).text;
  }
  restart();
  EXPECT_EQ(reason("a"), Reason::no_grant);
  shelf_.texts = good;
  std::erase_if(shelf_.texts, [](const auto& t) { return t.first.starts_with("set-"); });
  restart();
  EXPECT_NE(grants_->problems().at(0).find("missing"), std::string::npos);
}

}  // namespace
}  // namespace pellucid::app
