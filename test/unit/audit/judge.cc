#include "lib/audit/judge.h"

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/sign.h"

namespace pellucid::audit {
namespace {

const openssl::Digests kDigests;

class Log {  // a log in memory, as the daemon writes it
 public:
  Log() : key(openssl::SigningKey::make(problem)) {
    std::string pem;
    EXPECT_TRUE(key->write_public(pem));
    verifier = openssl::VerifyingKey::read(pem, problem);
  }
  void event(std::string_view action) {
    add(write_event(next(), {"alice", "operate", action, "policy 2", "done", "because \"of\" \x01\xff"}));
  }
  void sessions() { add(write_sessions(next(), {leaf_of(kDigests, as_bytes("x")), 7, 1, 2})); }
  void checkpoint() {
    Checkpoint c;
    std::uint8_t id[32];
    kDigests.sha256(key->public_key(), id);
    c.key = std::to_array(id);
    std::string line = write_checkpoint(next(), c);
    std::uint8_t signature[crypto::kSignature];
    EXPECT_TRUE(key->sign(as_bytes(line), signature));
    seal(line, signature);
    add(line);
  }
  std::string judged(Judge::From from = Judge::From::first) const {
    Judge judge(kDigests, verifier.get(), from);
    for (const std::string& line : lines) {
      if (!judge.take(line)) return judge.problem();
    }
    return "";
  }

  std::vector<std::string> lines;
  std::string problem;
  std::unique_ptr<openssl::SigningKey> key;
  std::unique_ptr<openssl::VerifyingKey> verifier;

 private:
  Stamp next() const {
    Stamp s{lines.size() + 1, 1'700'000'000'000'000'000 + lines.size(), "boot", {}};
    if (!lines.empty()) s.prev = hash_of(kDigests, lines.back());
    return s;
  }
  void add(std::string line) { lines.push_back(std::move(line)); }
};

Log some_log() {
  Log log;
  log.event("start");
  log.event("policy_apply");
  log.checkpoint();
  log.sessions();
  log.event("stop");
  log.checkpoint();
  return log;
}

}  // namespace

TEST(Audit, AWholeLogIsWhole) {
  const Log log = some_log();
  EXPECT_EQ(log.judged(), "");
  Judge judge(kDigests, log.verifier.get());
  for (const std::string& line : log.lines) EXPECT_TRUE(judge.take(line)) << judge.problem();
  EXPECT_EQ(judge.lines(), 6u);
  EXPECT_EQ(judge.seq(), 6u);
  EXPECT_EQ(judge.checkpoints(), 2u);
  EXPECT_EQ(judge.signed_seq(), 6u);
  EXPECT_EQ(judge.head(), hash_of(kDigests, log.lines.back()));
}

TEST(Audit, AnyChangedOctetBreaksIt) {
  const Log whole = some_log();
  for (std::size_t i = 0; i < whole.lines.size(); ++i) {
    for (std::size_t at = 0; at < whole.lines[i].size(); ++at) {
      Log log = some_log();
      log.lines = whole.lines;
      log.verifier.reset();
      std::string pem;
      ASSERT_TRUE(whole.key->write_public(pem));
      log.verifier = openssl::VerifyingKey::read(pem, log.problem);
      log.lines[i][at] = static_cast<char>(log.lines[i][at] ^ 1);
      EXPECT_NE(log.judged(), "") << i << " " << at << " " << log.lines[i];
      at += 6;
    }
  }
}

TEST(Audit, AMissingOrMovedEntryIsFound) {
  for (std::size_t i = 0; i + 1 < 6; ++i) {
    Log log = some_log();
    log.lines.erase(log.lines.begin() + static_cast<long>(i));
    EXPECT_NE(log.judged().find("entries are missing"), std::string::npos) << log.judged();
  }
  Log log = some_log();
  std::swap(log.lines[1], log.lines[3]);
  EXPECT_NE(log.judged(), "");
}

TEST(Audit, ALogThatWasWrittenAnewNeedsTheKey) {
  Log log = some_log();
  const Log other = some_log();  // the same events under another key
  log.lines = other.lines;
  EXPECT_EQ(log.judged(), "entry 3: is signed by another key");
}

TEST(Audit, APartOfALogIsJudgedFromItsFirstEntryOn) {
  Log log = some_log();
  log.lines.erase(log.lines.begin(), log.lines.begin() + 2);
  EXPECT_NE(log.judged(), "");
  EXPECT_EQ(log.judged(Judge::From::anywhere), "");
}

TEST(Audit, LinesReadBackAndNothingElseDoes) {
  const Log log = some_log();
  Line line;
  ASSERT_TRUE(read_line(log.lines[1], line));
  EXPECT_EQ(line.seq, 2u);
  EXPECT_EQ(line.actor, "alice");
  EXPECT_EQ(line.action, "policy_apply");
  EXPECT_EQ(line.reason, R"(because \"of\" \u0001)"
                         "\xef\xbf\xbd");
  ASSERT_TRUE(read_line(log.lines[3], line));
  EXPECT_EQ(line.kind, Kind::sessions);
  EXPECT_EQ(line.sessions.count, 7u);
  ASSERT_TRUE(read_line(log.lines[2], line));
  EXPECT_EQ(line.kind, Kind::checkpoint);
  for (const std::string& good : log.lines) {
    EXPECT_FALSE(read_line(good + " ", line));
    EXPECT_FALSE(read_line(good + good, line));
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(read_line(good.substr(0, size), line));
  }
}

TEST(Audit, LongTextsAreCutSoThatALineIsNeverTooLong) {
  const std::string bad(5000, '\x01');  // each octet becomes six
  Line read;
  const std::string line = write_event({~std::uint64_t{0}, 0, bad, {}}, {bad, bad, bad, bad, bad, std::string(5000, 'a')});
  EXPECT_TRUE(read_line(line, read)) << line.size();
  ASSERT_TRUE(read_line(write_event({1, 0, "boot", {}}, {bad, bad, bad, bad, bad, std::string(5000, 'a')}), read));
  EXPECT_EQ(read.reason.size(), kMaxField);
  EXPECT_EQ(read.actor.size(), 6 * kMaxField);
}

}  // namespace pellucid::audit
