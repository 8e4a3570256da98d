#include "lib/keys/authority.h"

#include "test/unit/keys/make.h"

namespace pellucid::keys {
namespace {

const std::string kSet = "version: 1\nid: acme\ngeneration: 3\n";
const std::string kThree =
    "certificates:\n- " + certificate("ada") + "\n- " + certificate("bob") + "\n- " + certificate("cleo") + "\n";

TEST(Authority, AWholeSetIsRead) {
  AuthoritySet s;
  ASSERT_EQ(read(kSet + kThree +
                     "thresholds: {sign: 2, override: 3}\nlimits: {max_grant_days: 30, max_static_key_days: 1}\n"
                     "allow: {annex_a: true, software_custody: true}\nrecipients:\n- " +
                     certificate("dora") + "\n",
                 s),
            "");
  EXPECT_EQ(s.id, "acme");
  EXPECT_EQ(s.generation, 3u);
  ASSERT_EQ(s.authorities.size(), 3u);
  EXPECT_EQ(s.authorities[1].subject, "CN=bob");
  EXPECT_EQ(s.sign, 2u);
  EXPECT_EQ(s.lift, 3u);
  EXPECT_EQ(s.max_grant_days, 30);
  EXPECT_EQ(s.max_static_key_days, 1);
  EXPECT_EQ(s.annex_a, Rule::allowed);
  EXPECT_EQ(s.software_custody, Rule::allowed);
  EXPECT_EQ(s.recipients.at(0).subject, "CN=dora");
}

TEST(Authority, WhatIsNotSaidIsNotAllowed) {
  AuthoritySet s;
  ASSERT_EQ(read(kSet + kThree + "thresholds: {sign: 2, override: 2}\n", s), "");
  EXPECT_EQ(s.max_grant_days, 90);
  EXPECT_EQ(s.max_static_key_days, 7);
  EXPECT_EQ(s.annex_a, Rule::refused);
  EXPECT_EQ(s.software_custody, Rule::refused);
  EXPECT_TRUE(s.recipients.empty());
}

TEST(Authority, WhatMakesNoSenseIsRefusedWhereItStands) {
  AuthoritySet s;
  EXPECT_EQ(read(kSet + kThree + "thresholds: {sign: 4, override: 4}\n", s),
            "f:8:20: more than the 3 certificates of this set; write at most 3");
  EXPECT_EQ(read(kSet + kThree + "thresholds: {sign: 2, override: 4}\n", s),
            "f:8:33: more than the 3 certificates of this set; write at most 3");
  EXPECT_EQ(read(kSet + kThree + "thresholds: {sign: 2, override: 1}\n", s).substr(0, 38),
            "f:8:33: `override` is less than `sign`");
  EXPECT_EQ(read(kSet + kThree + "thresholds: {sign: 0, override: 1}\n", s).substr(0, 7), "f:8:20:");
  EXPECT_EQ(read(kSet + kThree + "threshold: {sign: 1, override: 1}\n", s),
            "f:8:1: unknown key `threshold`; did you mean `thresholds`?");
  EXPECT_EQ(read(kSet + kThree, s).substr(0, 41), "f:1:1: the key `thresholds` is missing; w");
  EXPECT_EQ(read(kSet + "thresholds: {sign: 1, override: 1}\ncertificates:\n- no " + certificate("x") + "\n", s),
            "f:6:3: this is no certificate in PEM; write one");
  EXPECT_EQ(read(kSet + "thresholds: {sign: 1, override: 1}\ncertificates: []\n", s).substr(0, 7), "f:5:15:");
  EXPECT_EQ(read("version: 1\nid: a b\ngeneration: 3\n" + kThree + "thresholds: {sign: 1, override: 1}\n", s).substr(0, 6),
            "f:2:5:");
  EXPECT_EQ(read("version: 1\nid: a\ngeneration: 0\n" + kThree + "thresholds: {sign: 1, override: 1}\n", s).substr(0, 7),
            "f:3:13:");
}

// One person with two certificates would be two votes.
TEST(Authority, OneKeyIsOneVote) {
  AuthoritySet s;
  EXPECT_EQ(read(kSet + "thresholds: {sign: 2, override: 2}\ncertificates:\n- " + certificate("ada", "same") + "\n- " +
                     certificate("eve", "same") + "\n",
                 s),
            "f:7:3: the key of `CN=eve` stands here twice; give each person a key of their own");
}

TEST(Authority, MoreThanItsLimitAreRefused) {
  std::string text = kSet + "thresholds: {sign: 1, override: 1}\ncertificates:\n";
  for (std::size_t i = 0; i <= kMaxAuthorities; ++i) text += "- " + certificate("x", std::to_string(1000 + i)) + "\n";
  AuthoritySet s;
  EXPECT_EQ(read(text, s).substr(0, 6), "f:6:1:");
  text.resize(text.rfind("- "));
  EXPECT_EQ(read(text, s), "");
}

Signed by(std::initializer_list<Signer> signers) { return {"", signers}; }

TEST(Authority, ASetFollowsOnlyIfTheQuorumOfTheOneBeforeSignedIt) {
  const AuthoritySet before = set_of(3, 2, 3);
  AuthoritySet after = set_of(1, 1, 1);
  const Signed two = by({{"a", Signature::good, 0}, {"c", Signature::good, 2}});
  EXPECT_NE(refuse_successor(before, after, two).find("generation"), std::string::npos);  // it is not later
  after.generation = 2;
  EXPECT_EQ(refuse_successor(before, after, two), "");
  EXPECT_NE(refuse_successor(before, after, by({{"a", Signature::good, 0}, {"a", Signature::good, 0}})), "");
  EXPECT_NE(refuse_successor(before, after, by({{"a", Signature::good, 0}, {"b", Signature::expired, 1}})), "");
  EXPECT_NE(refuse_successor(before, after, by({{"a", Signature::good, 0}, {"x", Signature::unknown, 1}})), "");
  EXPECT_EQ(refuse_first(before, two), "");
  EXPECT_EQ(refuse_first(before, by({{"a", Signature::good, 0}, {"b", Signature::bad, 1}})),
            "signed by 1 of the 2 authorities that this set itself wants; add signatures by openssl cms -resign");
}

}  // namespace
}  // namespace pellucid::keys
