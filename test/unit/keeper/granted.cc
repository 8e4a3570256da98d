#include "lib/keeper/granted.h"

#include "lib/base/when.h"
#include "lib/keeper/choice.h"
#include "test/unit/keys/make.h"

namespace pellucid::keeper {
namespace {

using keys::Reason;

constexpr const char* kText =
    "version: 1\nid: g\nissuer: CISO\naudience: [probe-1]\npurpose: fraud\nlegal_basis: {type: order, reference: r}\n"
    "scope: {server_networks: 10.0.0.0/8}\nmethod: [ets, rsa]\ndepth: headers\n"
    "not_before: 2026-11-22T00:00:00Z\nnot_after: 2026-11-30T00:00:00Z\n";

std::int64_t at(std::string_view text) {
  std::int64_t seconds = 0;
  EXPECT_TRUE(read_moment(text, seconds)) << text;
  return seconds;
}
std::int64_t noon() { return at("2026-11-22T12:00:00Z"); }

class GrantedTest : public testing::Test {
 protected:
  void SetUp() override {
    set_.software_custody = keys::Rule::allowed;
    session_.server = {10, 1, 2, 3};
    session_.captured_s = noon();
    session_.depth = keys::Depth::headers;
    session_.key = &key_;
  }
  keys::Grant& add(const std::string& more, const std::string& id = "g") {
    grants_.push_back(std::make_unique<keys::Grant>());
    EXPECT_EQ(keys::read(kText + more, *grants_.back()), "");
    grants_.back()->id = id;
    granted_.add(*grants_.back(), 2);
    return *grants_.back();
  }
  Reason begin(keys::Terms& terms) {
    const Reason reason = granted_.ask(session_, terms);
    return reason == Reason::none ? granted_.begin(session_, terms) : reason;
  }

  keys::AuthoritySet set_ = keys::set_of(3, 2, 3);
  std::vector<std::unique_ptr<keys::Grant>> grants_;
  Granted granted_{set_, noon};
  keys::KeyPrints key_;
  keys::Session session_;
};

TEST_F(GrantedTest, WithoutAQuotaAllIsAllowed) {
  add("");
  keys::Terms terms;
  ASSERT_EQ(begin(terms), Reason::none);
  EXPECT_EQ(terms.allowance, keys::kAllAllowed);
  granted_.more(terms);
  EXPECT_EQ(terms.allowance, keys::kAllAllowed);
}

TEST_F(GrantedTest, AQuotaOfOctetsIsGivenInShares) {
  add("quota: {bytes: 3500000}\n");
  keys::Terms terms;
  ASSERT_EQ(begin(terms), Reason::none);
  EXPECT_EQ(terms.allowance, kFirstShare);
  granted_.more(terms);
  EXPECT_EQ(terms.allowance, 2 * kFirstShare);  // as much again
  for (int i = 0; i < 4; ++i) granted_.more(terms);
  EXPECT_EQ(terms.allowance, 32 * kFirstShare);
  granted_.more(terms);
  EXPECT_EQ(terms.allowance, 3'500'000u);  // all that is left
  granted_.more(terms);
  EXPECT_EQ(terms.allowance, 3'500'000u);
  keys::Terms other;
  EXPECT_EQ(begin(other), Reason::quota);
  EXPECT_EQ(granted_.still(terms), Reason::none);  // what was given is good
  granted_.give_back(terms, 500'000);
  ASSERT_EQ(begin(other), Reason::none);
  EXPECT_EQ(other.allowance, kFirstShare);
}

TEST_F(GrantedTest, SessionsAreCounted) {
  add("quota: {sessions: 1}\n");
  keys::Terms one, two;
  EXPECT_EQ(begin(one), Reason::none);
  EXPECT_EQ(begin(two), Reason::quota);
}

TEST_F(GrantedTest, AStaticKeyThatIsTooOldOpensNothing) {
  add("");
  set_.max_static_key_days = 7;
  key_.since_s = noon() - 7 * 86'400 + 1;
  keys::Terms terms;
  EXPECT_EQ(granted_.ask(session_, terms), Reason::none);
  key_.since_s = noon() - 7 * 86'400;
  EXPECT_EQ(granted_.ask(session_, terms), Reason::no_key);
  session_.captured_s -= 86'400;  // it was younger then; but that is before the grant
  EXPECT_EQ(granted_.ask(session_, terms), Reason::scope);
  session_.captured_s += 86'400;
  session_.method = keys::Method::rsa;  // a server's own key is no static key share
  EXPECT_EQ(granted_.ask(session_, terms), Reason::none);
}

TEST_F(GrantedTest, KeysInThisMemoryAreForTheAuthoritiesToAllow) {
  add("");
  keys::Terms terms;
  set_.software_custody = keys::Rule::refused;
  EXPECT_EQ(granted_.ask(session_, terms), Reason::no_key);
}

TEST_F(GrantedTest, TheReasonIsThatOfTheClosestGrant) {
  keys::Terms terms;
  EXPECT_EQ(granted_.ask(session_, terms), Reason::no_grant);
  add("client_certificates: true\n", "away").scope.ports = {{1, 1}};
  EXPECT_EQ(granted_.ask(session_, terms), Reason::scope);
  add("", "over").not_after_s = noon();
  EXPECT_EQ(granted_.ask(session_, terms), Reason::expired);
  keys::Wish wish;
  wish.grants = {"away"};
  session_.wish = &wish;
  EXPECT_EQ(granted_.ask(session_, terms), Reason::scope);
  wish.grants = {"nobody"};
  EXPECT_EQ(granted_.ask(session_, terms), Reason::no_grant);
}

TEST_F(GrantedTest, PolicyMayAskForLess) {
  add("direction: to_client\nfirst_bytes: 10\nclient_certificates: true\n");
  keys::Wish wish;
  wish.depth = keys::Depth::headers;
  session_.wish = &wish;
  keys::Terms terms;
  ASSERT_EQ(granted_.ask(session_, terms), Reason::none);
  EXPECT_EQ(terms.depth, keys::Depth::headers);
  EXPECT_EQ(terms.direction, keys::Direction::to_client);
  EXPECT_EQ(terms.first_bytes, 10u);
  EXPECT_EQ(terms.client_certificates, 1);
}

}  // namespace
}  // namespace pellucid::keeper
