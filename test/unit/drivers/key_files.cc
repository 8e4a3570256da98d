#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "drivers/keys/file/folder.h"
#include "drivers/keys/file/read.h"

namespace pellucid::keyfiles {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

class KeyFiles : public testing::Test {
 protected:
  KeyFiles() {
    char name[] = "/tmp/key-files-XXXXXX";
    home_ = mkdtemp(name);
  }
  ~KeyFiles() override { fs::remove_all(home_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = home_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  std::string why(const std::string& path) {
    Text text;
    std::string problem;
    return read_private(path, text, problem) ? "it was read" : problem;
  }

  std::string home_;
};

TEST_F(KeyFiles, AFileThatIsClosedToOthersIsRead) {
  Text text;
  std::string problem;
  ASSERT_TRUE(read_private(write("a", "secret"), text, problem)) << problem;
  EXPECT_EQ(as_text(text.bytes()), "secret");
  ASSERT_TRUE(read_private(write("empty", "", 0400), text, problem)) << problem;
  EXPECT_TRUE(text.bytes().empty());
}

TEST_F(KeyFiles, AFileThatIsTooLargeShowsThatItIs) {
  Text text;
  std::string problem;
  ASSERT_TRUE(read_private(write("a", std::string(keys::kMaxKeyFile + 100, 'x')), text, problem));
  EXPECT_EQ(text.bytes().size(), keys::kMaxKeyFile + 1);
}

TEST_F(KeyFiles, WhatOthersCouldHaveSeenIsRefused) {
  for (const mode_t mode : {mode_t{0644}, mode_t{0640}, mode_t{0602}, mode_t{0601}}) {
    EXPECT_NE(why(write("a", "secret", mode)).find("/a: is open to others"), std::string::npos) << mode;
  }
}

TEST_F(KeyFiles, WhatIsNoPlainFileIsRefusedAndWaitsForNobody) {
  EXPECT_NE(why(home_ + "/none").find("cannot be read"), std::string::npos);
  EXPECT_NE(why(home_).find("is no plain file"), std::string::npos);
  write("a", "secret");
  fs::create_symlink(home_ + "/a", home_ + "/link");
  EXPECT_NE(why(home_ + "/link").find("cannot be read"), std::string::npos);
  ASSERT_EQ(mkfifo((home_ + "/pipe").c_str(), 0600), 0);
  EXPECT_NE(why(home_ + "/pipe").find("is no plain file"), std::string::npos);
}

TEST_F(KeyFiles, AFolderTellsWhatCameWentAndChanged) {
  Folder folder(home_);
  const std::string a = write("a", "1"), b = write("b", "2");
  EXPECT_EQ(folder.look().come, (Paths{a, b}));
  Folder::News news = folder.look();
  EXPECT_TRUE(news.come.empty() && news.gone.empty() && news.problem.empty());
  write("b", "another");
  news = folder.look();
  EXPECT_EQ(news.gone, Paths{b});
  EXPECT_EQ(news.come, Paths{b});
  fs::remove(a);
  EXPECT_EQ(folder.look().gone, Paths{a});
  folder.forget(b);
  news = folder.look();
  EXPECT_EQ(news.come, Paths{b});
  EXPECT_TRUE(news.gone.empty());
}

TEST_F(KeyFiles, AnotherFileUnderTheSameNameIsNew) {
  Folder folder(home_);
  const std::string a = write("a", "1");
  folder.look();
  fs::rename(write(".a", "2"), a);
  EXPECT_EQ(folder.look().come, Paths{a});
}

TEST_F(KeyFiles, HiddenFilesAndFoldersArePassedOver) {
  Folder folder(home_);
  write(".a", "1");
  fs::create_directory(home_ + "/b");
  EXPECT_TRUE(folder.look().come.empty());
}

TEST_F(KeyFiles, AFolderThatCannotBeTrustedOrReadChangesNothing) {
  Folder folder(home_);
  const std::string a = write("a", "1");
  folder.look();
  chmod(home_.c_str(), 0777);
  Folder::News news = folder.look();
  EXPECT_NE(news.problem.find("others may write"), std::string::npos);
  EXPECT_TRUE(news.come.empty() && news.gone.empty());
  fs::remove_all(home_);
  news = folder.look();
  EXPECT_NE(news.problem.find("cannot be read"), std::string::npos);
  EXPECT_TRUE(news.gone.empty());
}

TEST_F(KeyFiles, MoreFilesThanAreLookedAtAreSaid) {
  Folder folder(home_);
  for (std::size_t i = 0; i <= kMaxFiles; ++i) write(std::to_string(i), "x");
  const Folder::News news = folder.look();
  EXPECT_EQ(news.come.size(), kMaxFiles);
  EXPECT_NE(news.problem.find("more than 1024 files"), std::string::npos);
}

}  // namespace
}  // namespace pellucid::keyfiles
