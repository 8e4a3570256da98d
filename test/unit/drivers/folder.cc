#include "drivers/sys/folder/folder.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace pellucid::sys {

namespace {

namespace fs = std::filesystem;

class FolderTest : public testing::Test {
 protected:
  std::string path = (fs::temp_directory_path() / ("pellucid-folder-" + std::to_string(getpid()))).string();
  std::string problem, text;
  void SetUp() override { fs::remove_all(path); }
  void TearDown() override { fs::remove_all(path); }
};

}  // namespace

TEST_F(FolderTest, KeepsTextsByName) {
  const auto folder = Folder::open(path + "/deep", problem);
  ASSERT_NE(folder, nullptr) << problem;
  EXPECT_TRUE(folder->write("a", "first", problem));
  EXPECT_TRUE(folder->write("a", "second", problem));
  EXPECT_TRUE(folder->read("a", 100, text, problem));
  EXPECT_EQ(text, "second");
  EXPECT_EQ(folder->names(), std::vector<std::string>{"a"});
  folder->drop("a");
  EXPECT_FALSE(folder->read("a", 100, text, problem));
  EXPECT_EQ(problem, "");
}

TEST_F(FolderTest, ReadsNoMoreThanItShouldAndOnlyFiles) {
  const auto folder = Folder::open(path, problem);
  ASSERT_TRUE(folder->write("a", "12345", problem));
  EXPECT_FALSE(folder->read("a", 4, text, problem));
  EXPECT_NE(problem, "");
  fs::create_symlink("a", path + "/link");
  EXPECT_FALSE(folder->read("link", 100, text, problem));
  EXPECT_NE(problem, "");
  fs::create_directory(path + "/d");
  EXPECT_FALSE(folder->read("d", 100, text, problem));
  EXPECT_NE(problem, "");
  EXPECT_EQ(folder->names(), (std::vector<std::string>{"a", "link"}));
}

// What a crash between writing and renaming leaves is nobody's text.
TEST_F(FolderTest, SweepsUpWhatWasNotFinished) {
  const auto folder = Folder::open(path, problem);
  ASSERT_TRUE(folder->write("a", "old", problem));
  std::ofstream(path + "/a.unfinished") << "ne";
  EXPECT_EQ(folder->names(), std::vector<std::string>{"a"});
  EXPECT_FALSE(fs::exists(path + "/a.unfinished"));
  EXPECT_TRUE(folder->read("a", 100, text, problem));
  EXPECT_EQ(text, "old");
}

TEST_F(FolderTest, KeepsTheOldTextWhereTheNewOneDoesNotFit) {
  const auto folder = Folder::open(path, problem);
  ASSERT_TRUE(folder->write("a", "old", problem));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1000, before.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(folder->write("a", std::string(2000, 'x'), problem));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_NE(problem.find("/a: cannot be written"), std::string::npos);
  EXPECT_TRUE(folder->read("a", 100, text, problem));
  EXPECT_EQ(text, "old");
  EXPECT_EQ(folder->names(), std::vector<std::string>{"a"});
}

TEST_F(FolderTest, BelongsToOneDaemonAtATime) {
  auto folder = Folder::open(path, problem);
  ASSERT_NE(folder, nullptr);
  EXPECT_EQ(Folder::open(path, problem), nullptr);
  EXPECT_NE(problem.find("another daemon"), std::string::npos);
  folder.reset();
  EXPECT_NE(Folder::open(path, problem), nullptr);
}

TEST_F(FolderTest, ThatCannotBeMadeIsSaid) {
  std::ofstream(path) << "a file";
  EXPECT_EQ(Folder::open(path, problem), nullptr);
  EXPECT_NE(problem.find(path), std::string::npos);
  EXPECT_EQ(Folder::open(path + "/below", problem), nullptr);
}

}  // namespace pellucid::sys
