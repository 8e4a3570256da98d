#include "lib/keys/judge.h"

#include "lib/base/when.h"
#include "test/unit/keys/make.h"

namespace pellucid::keys {
namespace {

std::int64_t at(std::string_view text) {
  std::int64_t seconds = 0;
  EXPECT_TRUE(read_moment(text, seconds)) << text;
  return seconds;
}
Standing now(std::string_view text) { return {at(text), Clock::sure, Life::live, {}}; }

class JudgeTest : public testing::Test {
 protected:
  void grant(const std::string& more, const std::string& scope = "server_networks: 10.0.0.0/8") {
    ASSERT_EQ(read(kHead + kTimes + "method: ets\nscope: {" + scope + "}\n" + more, grant_), "");
    judge_.emplace(grant_, set_, 2);
  }
  void SetUp() override {
    session_.server = {10, 1, 2, 3};
    session_.client = {192, 0, 2, 7};
    session_.server_port = 443;
    session_.captured_s = at("2026-11-22T11:59:59Z");
    session_.depth = Depth::headers;
    session_.key = &key_;
    grant("depth: headers\n");
  }
  Reason opens() { return judge_->opens(session_, standing_); }

  AuthoritySet set_ = set_of(3, 2, 3);
  Grant grant_;
  std::optional<Judge> judge_;
  KeyPrints key_{{0x4e, 0xdf, 0x67, 0x5a, 0x40, 0x59, 0x41, 0xea, 0x82, 0x06}, {}};
  Session session_;
  Standing standing_ = now("2026-11-22T12:00:00Z");
};

TEST_F(JudgeTest, WithinItsTimeAGrantIsLive) {
  EXPECT_EQ(opens(), Reason::none);
  EXPECT_EQ(judge_->live(now("2026-11-21T23:59:59Z")), Reason::not_yet);
  EXPECT_EQ(judge_->live(now("2026-11-22T00:00:00Z")), Reason::none);
  EXPECT_EQ(judge_->live(now("2026-11-22T23:59:59Z")), Reason::none);
  EXPECT_EQ(judge_->live(now("2026-11-23T00:00:00Z")), Reason::expired);
}

TEST_F(JudgeTest, WithoutASureClockNothingIsOpened) {
  standing_.clock = Clock::doubtful;
  EXPECT_EQ(opens(), Reason::not_yet);
  EXPECT_EQ(judge_->live({}), Reason::not_yet);
}

TEST_F(JudgeTest, RevokedAndUsedUpItIsNot) {
  standing_.left.sessions = 0;
  EXPECT_EQ(opens(), Reason::quota);
  standing_.left = {5, 0};
  EXPECT_EQ(opens(), Reason::quota);
  standing_.life = Life::revoked;
  EXPECT_EQ(opens(), Reason::revoked);
}

TEST_F(JudgeTest, TheScopeIsKept) {
  session_.server = {11, 1, 2, 3};
  EXPECT_EQ(opens(), Reason::scope);
  session_.family = 6;  // the same octets are another address
  session_.server = {10, 1, 2, 3};
  EXPECT_EQ(opens(), Reason::scope);
  session_.family = 4;
  grant("depth: headers\n", "client_networks: 192.0.2.0/25, ports: [80, 440-443]");
  EXPECT_EQ(opens(), Reason::none);
  session_.client[3] = 128;
  EXPECT_EQ(opens(), Reason::scope);
  session_.client[3] = 127;
  session_.server_port = 444;
  EXPECT_EQ(opens(), Reason::scope);
  session_.server_port = 80;
  EXPECT_EQ(opens(), Reason::none);
  session_.method = Method::keylog;
  EXPECT_EQ(opens(), Reason::scope);
}

TEST_F(JudgeTest, NamesAreMetBySuffixAndMayBePending) {
  grant("depth: headers\n", "names: [pay.example, \"*.shop.example\"]");
  EXPECT_EQ(opens(), Reason::scope);
  session_.name = "www.Pay.Example";
  EXPECT_EQ(opens(), Reason::none);
  session_.name = "shop.example";
  EXPECT_EQ(opens(), Reason::scope);
  session_.name = {};
  session_.naming = Naming::pending;
  EXPECT_EQ(opens(), Reason::depth);  // no further than the handshake, which tells the name
  session_.depth = Depth::handshake;
  EXPECT_EQ(opens(), Reason::none);
}

TEST_F(JudgeTest, PacketsCapturedAtAnotherTimeStayClosed) {
  session_.captured_s = at("2026-11-21T23:59:59Z");
  EXPECT_EQ(opens(), Reason::scope);
  session_.captured_s = at("2026-11-23T00:00:00Z");
  EXPECT_EQ(opens(), Reason::scope);
  grant("depth: headers\n",
        "server_networks: 10.0.0.0/8, captured_from: 2026-01-01T00:00:00Z, captured_until: 2026-02-01T00:00:00Z");
  EXPECT_EQ(opens(), Reason::scope);
  session_.captured_s = at("2026-01-31T23:59:59Z");
  EXPECT_EQ(opens(), Reason::none);
}

TEST_F(JudgeTest, OnlyKeysThatItNamesAreUsed) {
  grant("depth: headers\nkeys: [4edf675a405941ea8206]\n");
  EXPECT_EQ(opens(), Reason::none);
  key_.visibility[9] = 7;
  EXPECT_EQ(opens(), Reason::no_key);
  grant("depth: headers\nkeys: [" + std::string(62, '0') + "ff]\n");
  EXPECT_EQ(opens(), Reason::no_key);
  key_.public_key[31] = 0xff;
  EXPECT_EQ(opens(), Reason::none);
}

TEST_F(JudgeTest, NoFurtherThanItsDepth) {
  session_.depth = Depth::content;
  EXPECT_EQ(opens(), Reason::depth);
  grant("depth: handshake\n");
  session_.depth = Depth::headers;
  EXPECT_EQ(opens(), Reason::depth);
  session_.depth = Depth::handshake;
  EXPECT_EQ(opens(), Reason::none);
}

TEST_F(JudgeTest, AProtectionIsLiftedOnlyByNameAndByEnoughSignatures) {
  const std::string_view both[] = {"clinic.example", "10.1.0.0/16"};
  session_.protections = std::span(both).first(1);
  EXPECT_EQ(opens(), Reason::excluded);
  grant("depth: headers\noverride_protect: clinic.example\n");
  EXPECT_FALSE(judge_->lifts());
  EXPECT_EQ(opens(), Reason::excluded);
  judge_.emplace(grant_, set_, 3);
  EXPECT_TRUE(judge_->lifts());
  EXPECT_EQ(opens(), Reason::none);
  session_.protections = both;
  EXPECT_EQ(opens(), Reason::excluded);
}

}  // namespace
}  // namespace pellucid::keys
