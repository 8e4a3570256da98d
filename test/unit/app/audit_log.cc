#include "app/daemon/audit_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

namespace pellucid::app {
namespace {

namespace fs = std::filesystem;

class AuditLogTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/audit-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder = pattern;
    file = folder + "/audit.jsonl";
  }
  void TearDown() override { fs::remove_all(folder); }

  std::unique_ptr<AuditLog> open() {
    auto log = AuditLog::open(folder, problem);
    EXPECT_NE(log, nullptr) << problem;
    return log;
  }
  static void note(AuditLog& log, std::string_view what) { log.note({"alice", "operate", what, "policy 2", "done", ""}); }
  std::vector<std::string> lines(const AuditLog& log) {
    std::vector<std::string> all;
    EXPECT_TRUE(log.read(1, 1000, all, problem));
    return all;
  }
  std::string judged(const std::vector<std::string>& all, const std::string& pem) {
    const openssl::Digests digests;
    const auto key = openssl::VerifyingKey::read(pem, problem);
    audit::Judge judge(digests, key.get());
    for (const std::string& line : all) static_cast<void>(judge.take(line));
    return judge.problem();
  }
  std::string folder, file, problem;
};

}  // namespace

TEST_F(AuditLogTest, GoesOnWhereItEndedUnderTheSameKey) {
  auto log = open();
  note(*log, "first");
  const std::string pem = log->public_key();
  log->close();
  note(*log, "never");
  log = nullptr;
  log = open();
  EXPECT_EQ(log->public_key(), pem);
  note(*log, "second");
  log->close();
  const auto all = lines(*log);
  ASSERT_EQ(all.size(), 4u);  // two entries, a checkpoint behind each
  EXPECT_EQ(judged(all, pem), "");
  EXPECT_EQ(log->state().entries, 4u);
  EXPECT_EQ(log->state().problem, "");
  EXPECT_EQ(fs::status(folder + "/key.pem").permissions(), fs::perms(0600));
}

TEST_F(AuditLogTest, ATornLastEntryIsCutOffAndNoted) {
  auto log = open();
  note(*log, "first");
  log = nullptr;
  std::ofstream(file, std::ios::app) << "{\"seq\":2,\"ti";
  log = open();
  const auto all = lines(*log);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[1].find("\"action\":\"audit_mend\""), std::string::npos);
  EXPECT_EQ(judged(all, log->public_key()), "");
}

TEST_F(AuditLogTest, ABrokenLogIsLeftAsItIs) {
  auto log = open();
  for (const char* what : {"one", "two", "three"}) note(*log, what);
  log = nullptr;
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.replace(text.find("two"), 3, "TWO");
  std::ofstream(file) << text;
  log = open();
  EXPECT_NE(log->state().problem.find("entry 3: does not bear the hash"), std::string::npos) << log->state().problem;
  note(*log, "four");
  log->tick();
  log->close();
  EXPECT_EQ(fs::file_size(file), text.size());
}

TEST_F(AuditLogTest, AKeyThatIsNoneIsNotReplaced) {
  open()->close();
  std::ofstream(folder + "/key.pem") << "nonsense";
  EXPECT_EQ(AuditLog::open(folder, problem), nullptr);
  EXPECT_NE(problem.find("key.pem"), std::string::npos) << problem;
}

TEST_F(AuditLogTest, AChangedKeyDoesNotPassForTheOldOne) {
  auto log = open();
  note(*log, "first");
  log->close();
  log = nullptr;
  fs::remove(folder + "/key.pem");
  log = open();
  EXPECT_NE(log->state().problem.find("another key"), std::string::npos) << log->state().problem;
}

TEST_F(AuditLogTest, WhatAFullDiskDidNotTakeIsToldWhenThereIsRoom) {
  auto log = open();
  note(*log, "first");
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{fs::file_size(file) + 10, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  note(*log, "second");
  note(*log, "third");
  log->tick();
  const std::string said = log->state().problem;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_NE(said.find("cannot be written"), std::string::npos) << said;
  log->tick();
  EXPECT_EQ(log->state().problem, "");
  note(*log, "fourth");
  const auto all = lines(*log);
  ASSERT_EQ(all.size(), 4u);  // first, the gap, a checkpoint, fourth
  EXPECT_NE(all[1].find("\"action\":\"audit_gap\",\"object\":\"2 events\""), std::string::npos) << all[1];
  EXPECT_EQ(judged(all, log->public_key()), "");
}

TEST_F(AuditLogTest, EntriesOfSeveralThreadsStandInOneOrder) {
  auto log = open();
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&log] {
      for (unsigned i = 0; i < 100; ++i) note(*log, "some");
    });
  }
  for (std::thread& t : threads) t.join();
  log->close();
  EXPECT_EQ(lines(*log).size(), 401u);
  EXPECT_EQ(judged(lines(*log), log->public_key()), "");
}

}  // namespace pellucid::app
