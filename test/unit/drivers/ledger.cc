#include "drivers/sys/ledger/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pellucid::sys {
namespace {

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/ledger-XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder = pattern;
    path = folder + "/log";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::unique_ptr<Ledger> open() {
    seen.clear();
    return Ledger::open(
        path,
        [this](std::string_view line) {
          seen.emplace_back(line);
          return line != "stop";
        },
        problem);
  }
  std::string folder, path, problem;
  std::vector<std::string> seen, got;
};

}  // namespace

TEST_F(LedgerTest, KeepsLinesInOrderAndFindsEach) {
  auto ledger = open();
  ASSERT_NE(ledger, nullptr) << problem;
  for (unsigned i = 0; i < 1000; ++i) ASSERT_TRUE(ledger->append("line " + std::to_string(i), problem));
  EXPECT_TRUE(ledger->sync(problem));
  ledger = nullptr;
  ledger = open();
  EXPECT_EQ(ledger->lines(), 1000u);
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(ledger->cut(), 0u);
  for (const std::uint64_t from : {0u, 1u, 255u, 256u, 257u, 998u}) {
    ASSERT_TRUE(ledger->read(from, 2, got, problem));
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0], "line " + std::to_string(from));
  }
  ASSERT_TRUE(ledger->read(999, 10, got, problem));
  EXPECT_EQ(got.size(), 1u);
  ASSERT_TRUE(ledger->read(1000, 10, got, problem));
  EXPECT_TRUE(got.empty());
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

TEST_F(LedgerTest, ATornLastLineIsCutOffAndSaid) {
  ASSERT_TRUE(open()->append("whole", problem));
  std::ofstream(path, std::ios::app) << "torn";
  auto ledger = open();
  ASSERT_NE(ledger, nullptr) << problem;
  EXPECT_EQ(ledger->cut(), 4u);
  ASSERT_TRUE(ledger->append("next", problem));
  ledger = nullptr;
  ASSERT_NE(open(), nullptr);
  EXPECT_EQ(seen, (std::vector<std::string>{"whole", "next"}));
}

TEST_F(LedgerTest, WhatTheReaderStopsAtIsLeftAsItIs) {
  std::ofstream(path) << "a\nstop\nb\ntorn";
  const auto ledger = open();
  ASSERT_NE(ledger, nullptr);
  EXPECT_EQ(ledger->lines(), 1u);
  EXPECT_EQ(std::filesystem::file_size(path), 13u);
}

TEST_F(LedgerTest, AFileThatIsNoLogIsRefusedAndKept) {
  std::ofstream(path) << std::string(Ledger::kMaxLine * 2, 'x');
  EXPECT_EQ(open(), nullptr);
  EXPECT_NE(problem.find("longer"), std::string::npos) << problem;
  EXPECT_EQ(std::filesystem::file_size(path), Ledger::kMaxLine * 2);
}

TEST_F(LedgerTest, AFullDiskTakesNoHalfLine) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP();
  path = "/dev/full";
  const auto ledger = open();
  if (ledger == nullptr) GTEST_SKIP() << problem;
  EXPECT_FALSE(ledger->append("line", problem));
  EXPECT_NE(problem.find("free some space"), std::string::npos) << problem;
  EXPECT_EQ(ledger->lines(), 0u);
}

}  // namespace pellucid::sys
