#include "app/audit_log.h"

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

TEST_F(AuditLogTest, ARecordStandsUnderTheRootOfItsSecond) {
  auto log = open();
  log->written("first record", 1'700'000'000'000'000'000);
  log->tick();
  log->written("second record", 1'700'000'001'000'000'000);
  log->written("third record", 1'700'000'001'500'000'000);
  log->tick();
  log->tick();
  log->close();
  const auto all = lines(*log);
  ASSERT_EQ(all.size(), 3u);  // two roots, a checkpoint
  EXPECT_EQ(judged(all, log->public_key()), "");
  const openssl::Digests digests;
  for (const auto& [record, entry, which] :
       {std::tuple("first record", 0u, 0u), {"second record", 1u, 0u}, {"third record", 1u, 1u}}) {
    const audit::Hash leaf = audit::leaf_of(digests, as_bytes(std::string_view(record)));
    const auto standing = log->find(leaf);
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->entry, all[entry]);
    EXPECT_EQ(standing->found.which, which);
    audit::Line line;
    ASSERT_TRUE(audit::read_line(standing->entry, line));
    EXPECT_EQ(line.sessions.root, audit::root_of(digests, standing->found.leaves));
  }
  EXPECT_FALSE(log->find(audit::leaf_of(digests, as_bytes("another"))));
}

TEST_F(AuditLogTest, RefusalsAreSummedAndToldAtTheEnd) {
  auto log = open();
  for (int i = 0; i < 1000; ++i) log->refused(keys::Reason::quota, 1);
  log->refused(keys::Reason::expired, 1);
  log->tick();
  log->close();
  std::vector<std::string> told;
  for (const std::string& line : lines(*log)) {
    audit::Line read;
    ASSERT_TRUE(audit::read_line(line, read));
    if (read.action == "sessions_refused") told.push_back(std::string(read.object) + " " + std::string(read.reason));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"1 sessions expired", "1000 sessions quota"}));
}

TEST_F(AuditLogTest, RootsWaitForRoomOnTheDisk) {
  auto log = open();
  note(*log, "first");
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{fs::file_size(file) + 10, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  log->written("a record", 1'700'000'000'000'000'000);
  log->tick();
  const std::string said = log->state().problem;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_NE(said.find("cannot be written"), std::string::npos) << said;
  log->tick();
  EXPECT_EQ(log->state().problem, "");
  const openssl::Digests digests;
  const auto standing = log->find(audit::leaf_of(digests, as_bytes("a record")));
  ASSERT_TRUE(standing);
  EXPECT_NE(standing->entry.find("\"count\":1"), std::string::npos) << standing->entry;
  EXPECT_EQ(judged(lines(*log), log->public_key()), "");
}

TEST_F(AuditLogTest, WhoCutsOrChangesItMeanwhileHasBrokenIt) {
  for (const char* how : {"cut", "replace", "remove", "change"}) {
    auto log = open();
    note(*log, "first");
    note(*log, "second");
    log->tick();
    EXPECT_EQ(log->state().health, AuditLog::Health::good);
    const std::string act = how;
    if (act == "cut") fs::resize_file(file, fs::file_size(file) - 5);
    if (act == "remove") fs::remove(file);
    if (act == "replace") {
      fs::copy(file, file + ".2");
      fs::rename(file + ".2", file);
    }
    if (act == "change") {
      std::fstream out(file, std::ios::in | std::ios::out);
      out.seekp(-10, std::ios::end);
      out << 'X';
    }
    log->tick();
    EXPECT_EQ(log->state().health, AuditLog::Health::broken) << how;
    const std::uint64_t entries = log->state().entries;
    note(*log, "third");
    log->close();
    EXPECT_EQ(log->state().entries, entries);
    log = nullptr;
    fs::remove_all(folder);
    fs::create_directory(folder);
  }
}

TEST_F(AuditLogTest, ALaterCheckpointNeverTellsOfFewerWrites) {
  auto log = open();
  log->know(std::string(64, 'a'), 57);
  note(*log, "first");
  log->close();
  log = nullptr;
  log = open();
  EXPECT_EQ(log->grants_written(), 57u);
  log->know({}, 3);
  note(*log, "second");
  log->close();
  const auto all = lines(*log);
  log = nullptr;
  EXPECT_EQ(open()->grants_written(), 57u);
  EXPECT_NE(all[1].find("\"authorities\":\"" + std::string(64, 'a') + "\",\"grants\":57,"), std::string::npos) << all[1];
  EXPECT_NE(all.back().find("\"authorities\":\"" + std::string(64, '0')), std::string::npos) << all.back();
}

TEST_F(AuditLogTest, AFolderFromBeforeIsSeenAndGoneOnWithButNotForgotten) {
  const std::string memory = folder + ".last", copy = folder + ".copy";
  const auto open = [&] { return AuditLog::open(folder, problem, memory); };
  auto log = open();
  note(*log, "first");
  log->close();
  log = nullptr;
  fs::copy(folder, copy);
  log = open();
  EXPECT_EQ(log->state().problem, "");
  note(*log, "second");
  log->tick();
  log = nullptr;  // as if it had crashed
  for (int start = 0; start < 2; ++start) {
    fs::remove_all(folder);
    fs::copy(copy, folder);
    log = open();
    EXPECT_EQ(log->state().health, AuditLog::Health::older);
    EXPECT_NE(log->state().problem.find("restored from before"), std::string::npos);
    note(*log, "third");
    note(*log, "fourth");
    log->tick();
    log->close();
    EXPECT_EQ(log->state().health, AuditLog::Health::older);
    const auto all = lines(*log);
    EXPECT_EQ(judged(all, log->public_key()), "");
    EXPECT_NE(all[2].find("\"action\":\"state_restored\""), std::string::npos) << all[2];
    log = nullptr;
  }
  EXPECT_EQ(open()->state().health, AuditLog::Health::older);  // though it is longer by now than what is remembered
  fs::remove(memory);
  EXPECT_EQ(open()->state().health, AuditLog::Health::good);
  fs::remove(memory);
  fs::remove_all(copy);
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
