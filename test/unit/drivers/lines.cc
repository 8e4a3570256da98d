#include "drivers/out/lines/lines.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace pellucid::lines {
namespace {

namespace fs = std::filesystem;

struct OutLines : testing::Test {
  fs::path dir;
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lines-XXXXXX").string();
    dir = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(dir); }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return (std::ostringstream() << in.rdbuf()).str();
  }
};

TEST_F(OutLines, WhatIsWrittenArrivesInOrder) {
  std::string all;
  {
    Lines sink((dir / "eve.jsonl").string());
    for (unsigned i = 0; i < 40'000; ++i) {
      const std::string line = "line " + std::to_string(i) + "\n";
      all += line;
      ASSERT_TRUE(sink.write(line));
    }
    EXPECT_GT(sink.written_bytes(), 0u);
    const std::string huge = std::string(2 * kBuffer, 'x') + "\n";
    all += huge;
    ASSERT_TRUE(sink.write(huge));
    ASSERT_TRUE(sink.flush());
    EXPECT_EQ(sink.written_bytes(), all.size());
    ASSERT_TRUE(sink.write("last\n"));
    all += "last\n";
  }
  EXPECT_EQ(content(dir / "eve.jsonl"), all);
}

TEST_F(OutLines, AnOldFileIsReplaced) {
  std::ofstream(dir / "eve.jsonl") << "a long old file\n";
  { ASSERT_TRUE(Lines((dir / "eve.jsonl").string()).write("new\n")); }
  EXPECT_EQ(content(dir / "eve.jsonl"), "new\n");
}

TEST_F(OutLines, AMissingDirectoryIsToldAtOnce) {
  Lines sink((dir / "none" / "eve.jsonl").string());
  EXPECT_EQ(sink.failure(), "cannot create " + (dir / "none" / "eve.jsonl").string() +
                                ": No such file or directory; give an existing directory");
  EXPECT_FALSE(sink.write("x\n"));
  EXPECT_FALSE(sink.flush());
  EXPECT_FALSE(sink.closed());
}

TEST_F(OutLines, AFullDeviceStopsTheSinkWithOneLine) {
  Lines sink("/dev/full");
  EXPECT_TRUE(sink.write("x\n"));
  EXPECT_FALSE(sink.flush());
  EXPECT_EQ(sink.failure(), "cannot write /dev/full: No space left on device; free some space or choose another disk");
  EXPECT_FALSE(sink.write("y\n"));
}

TEST_F(OutLines, ATornLineIsCutOffAgain) {
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{100'000, old.rlim_max};
  const std::string line = std::string(99, 'a') + "\n";
  {
    Lines sink((dir / "eve.jsonl").string());
    for (unsigned i = 0; i < 1500; ++i) ASSERT_TRUE(sink.write(line));  // all still in the buffer
    ASSERT_TRUE(sink.write(std::string(33, 'b') + "\n"));
    setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_FALSE(sink.flush());
    setrlimit(RLIMIT_FSIZE, &old);
    EXPECT_NE(sink.failure().find("File too large"), std::string::npos);
    EXPECT_EQ(sink.written_bytes(), 100'000u);
  }
  std::signal(SIGXFSZ, handler);
  const std::string kept = content(dir / "eve.jsonl");
  EXPECT_EQ(kept.size(), 100'000u);
  EXPECT_TRUE(kept.ends_with("a\n"));
}

TEST_F(OutLines, ALimitInsideALineLeavesWholeLinesOnly) {
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{1'050, old.rlim_max};
  {
    Lines sink((dir / "eve.jsonl").string());
    for (unsigned i = 0; i < 20; ++i) ASSERT_TRUE(sink.write(std::string(99, 'a') + "\n"));
    setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_FALSE(sink.flush());
    setrlimit(RLIMIT_FSIZE, &old);
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content(dir / "eve.jsonl").size(), 1000u);
}

TEST_F(OutLines, AReaderWhoLeavesEndsQuietly) {
  const auto handler = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int saved = dup(STDOUT_FILENO);
  std::fflush(stdout);
  dup2(ends[1], STDOUT_FILENO);
  ::close(ends[0]);
  ::close(ends[1]);
  bool wrote = true;
  bool closed = false;
  std::string failure = "unset";
  {
    Lines sink("-");
    sink.write("x\n");
    wrote = sink.flush();
    closed = sink.closed();
    failure = sink.failure();
  }
  dup2(saved, STDOUT_FILENO);
  ::close(saved);
  std::signal(SIGPIPE, handler);
  EXPECT_FALSE(wrote);
  EXPECT_TRUE(closed);
  EXPECT_EQ(failure, "");
}

}  // namespace
}  // namespace pellucid::lines
