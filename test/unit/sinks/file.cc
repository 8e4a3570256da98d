#include "drivers/out/sinks/file.h"

#include <csignal>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test/unit/sinks/make.h"

namespace pellucid::sinks {
namespace {

using exporter::Loss;
constexpr std::uint64_t kSecond = 1'000'000'000;

// Offers all of a text, as a pump does.
bool put(File& file, std::string_view text) {
  while (!text.empty()) {
    const auto progress = file.write(text);
    if (progress.trouble || progress.bytes == 0) return false;
    text.remove_prefix(progress.bytes);
  }
  return true;
}

struct SinkFile : Place {};

TEST_F(SinkFile, AppendsToWhatIsThere) {
  std::ofstream(path()) << "old\n";
  {
    File file({.path = path()});
    EXPECT_TRUE(put(file, "new\n"));
    EXPECT_TRUE(put(file, "newer\n"));
  }
  EXPECT_EQ(content(path()), "old\nnew\nnewer\n");
}

TEST_F(SinkFile, ATornLastLineIsCutAtTheStartAndCounted) {
  std::ofstream(path()) << numbered(0, 5) << "{\"line\":5,\"torn";
  File file({.path = path()});
  EXPECT_FALSE(file.settle(kSecond));
  EXPECT_EQ(content(path()), numbered(0, 5));
  EXPECT_EQ(file.mended_lines(), 1u);
  EXPECT_TRUE(put(file, numbered(5, 6)));
  EXPECT_EQ(content(path()), numbered(0, 6));
}

TEST_F(SinkFile, ATornOnlyLineIsCutToo) {
  std::ofstream(path()) << "{\"torn";
  File file({.path = path()});
  EXPECT_TRUE(put(file, "whole\n"));
  EXPECT_EQ(content(path()), "whole\n");
}

TEST_F(SinkFile, ATornLineOfManyBlocksIsCut) {
  std::ofstream(path()) << "whole\n" << std::string(1'000'000, 'x');
  File file({.path = path()});
  EXPECT_FALSE(file.settle(kSecond));
  EXPECT_EQ(content(path()), "whole\n");
}

TEST_F(SinkFile, AFileThatIsNoneOfOursGetsALineEndAndLosesNothing) {
  std::ofstream(path()) << "no line end within reach" << std::string(kMaxTail, 'x');
  File file({.path = path()});
  EXPECT_TRUE(put(file, "ours\n"));
  EXPECT_TRUE(content(path()).ends_with("xxx\nours\n"));
  EXPECT_EQ(fs::file_size(path()), 24 + kMaxTail + 6);
  EXPECT_EQ(file.mended_lines(), 1u);
}

TEST_F(SinkFile, WhatIsNoFileIsRefusedWithOneLine) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  File pipe({.path = path()});
  EXPECT_EQ(pipe.write("x\n").trouble, Loss::io);
  EXPECT_EQ(pipe.failure(), "cannot write " + path() + ": it is no ordinary file; use a sink of type socket or stdout");
  File directory({.path = dir.string()});
  EXPECT_EQ(directory.settle(1), Loss::io);
  EXPECT_TRUE(directory.failure().starts_with("cannot open " + dir.string() + ": Is a directory; ")) << directory.failure();
  File nowhere({.path = (dir / "none" / "eve.jsonl").string()});
  EXPECT_EQ(nowhere.settle(1), Loss::io);
  EXPECT_NE(nowhere.failure().find("make the directory"), std::string::npos) << nowhere.failure();
}

TEST_F(SinkFile, AMissingDirectoryMayComeLater) {
  File file({.path = (dir / "late" / "eve.jsonl").string()});
  EXPECT_EQ(file.write("x\n").trouble, Loss::io);
  fs::create_directory(dir / "late");
  EXPECT_TRUE(put(file, "x\n"));
  EXPECT_EQ(content(dir / "late" / "eve.jsonl"), "x\n");
}

TEST_F(SinkFile, TwoWritersOfOneFileAreOneTooMany) {
  File first({.path = path()});
  EXPECT_TRUE(put(first, "x\n"));
  File second({.path = path()});
  EXPECT_EQ(second.write("y\n").trouble, Loss::io);
  EXPECT_NE(second.failure().find("another sink or program writes it"), std::string::npos) << second.failure();
  EXPECT_EQ(content(path()), "x\n");
}

TEST_F(SinkFile, RotatesBeforeItsSizeIsPassedAndCutsNoLine) {
  const std::string text = numbered(0, 1000);
  {
    File file({.path = path(), .rotate_bytes = 1000});
    EXPECT_TRUE(put(file, text));
    EXPECT_EQ(file.rotations(), rotated_files(path()).size());
  }
  const auto names = rotated_files(path());
  EXPECT_GT(names.size(), 10u);
  for (const auto& name : names) {
    EXPECT_LE(fs::file_size(name), 1000u);
    EXPECT_TRUE(content(name).ends_with("}\n"));
  }
  EXPECT_EQ(all_content(), text);
}

TEST_F(SinkFile, ALineLargerThanTheLimitHasAFileOfItsOwn) {
  const std::string text = numbered(0, 1) + numbered(1, 2, 500) + numbered(2, 3);
  {
    File file({.path = path(), .rotate_bytes = 100});
    EXPECT_TRUE(put(file, text));
  }
  EXPECT_EQ(rotated_files(path()).size(), 2u);
  EXPECT_EQ(all_content(), text);
}

TEST_F(SinkFile, RotatesByAgeButNeverAnEmptyFile) {
  File file({.path = path(), .rotate_seconds = 60});
  EXPECT_FALSE(file.settle(1000 * kSecond));
  EXPECT_FALSE(file.settle(1100 * kSecond));
  EXPECT_EQ(file.rotations(), 0u);
  EXPECT_TRUE(put(file, "x\n"));
  EXPECT_FALSE(file.settle(1159 * kSecond));
  EXPECT_EQ(file.rotations(), 0u);
  EXPECT_FALSE(file.settle(1160 * kSecond));
  EXPECT_EQ(file.rotations(), 1u);
  EXPECT_EQ(content(path()), "");
  EXPECT_EQ(all_content(), "x\n");
}

TEST_F(SinkFile, KeepsAsManyAsToldAndTouchesNothingElse) {
  for (const char* other : {"eve.jsonl.1", "eve.jsonl.20261122", "eve.jsonl.20261122T130101.123456Z.gz", "eve.json"})
    std::ofstream(dir / other) << "keep me\n";
  File file({.path = path(), .rotate_bytes = 100, .keep = 3});
  EXPECT_TRUE(put(file, numbered(0, 200)));
  EXPECT_EQ(rotated_files(path()).size(), 3u);
  EXPECT_TRUE(numbered(0, 200).ends_with(all_content()));
  for (const char* other : {"eve.jsonl.1", "eve.jsonl.20261122", "eve.jsonl.20261122T130101.123456Z.gz", "eve.json"})
    EXPECT_EQ(content(dir / other), "keep me\n");
}

TEST_F(SinkFile, AfterSomebodyMovedTheFileReopeningMakesANewOne) {
  File file({.path = path()});
  EXPECT_TRUE(put(file, "one\n"));
  fs::rename(path(), dir / "moved");
  EXPECT_TRUE(put(file, "two\n"));
  file.reopen();
  EXPECT_TRUE(put(file, "three\n"));
  EXPECT_EQ(content(dir / "moved"), "one\ntwo\n");
  EXPECT_EQ(content(path()), "three\n");
}

TEST_F(SinkFile, AFullDiskLeavesWholeLinesAndWritingGoesOnOnceThereIsRoom) {
  if (!small_disk(64)) GTEST_SKIP() << "mounting a small disk needs root";
  std::ofstream(dir / "ballast") << std::string(32'000, 'x');
  const std::string text = numbered(0, 6000);
  File file({.path = path(), .sync = Sync::always});
  std::string_view rest = text;
  auto progress = file.write(rest);
  rest.remove_prefix(progress.bytes);
  EXPECT_EQ(progress.trouble, Loss::disk_full);
  EXPECT_NE(file.failure().find("No space left on device; free some space"), std::string::npos) << file.failure();
  EXPECT_EQ(content(path()), text.substr(0, progress.bytes));
  EXPECT_TRUE(content(path()).ends_with("}\n"));
  EXPECT_EQ(file.write(rest).trouble, Loss::disk_full);
  fs::remove(dir / "ballast");
  progress = file.write(rest);
  EXPECT_GT(progress.bytes, 10'000u);
  rest.remove_prefix(progress.bytes);
  EXPECT_EQ(content(path()), text.substr(0, text.size() - rest.size()));
}

TEST_F(SinkFile, AFileThatSomebodyEmptiedIsNotFilledWithNothingWhenTheDiskIsFull) {
  if (!small_disk(64)) GTEST_SKIP() << "mounting a small disk needs root";
  File file({.path = path()});
  ASSERT_TRUE(put(file, numbered(0, 1000)));
  fs::resize_file(path(), 0);
  const std::string text = numbered(0, 10'000);
  const auto progress = file.write(text);
  EXPECT_EQ(progress.trouble, Loss::disk_full);
  EXPECT_TRUE(content(path()) == text.substr(0, progress.bytes));
}

TEST_F(SinkFile, EveryKindOfSyncingLeavesTheSameFile) {
  for (const Sync sync : {Sync::never, Sync::interval, Sync::always}) {
    {
      File file({.path = path(), .sync = sync});
      for (unsigned i = 0; i < 10; ++i) {
        EXPECT_TRUE(put(file, numbered(i, i + 1)));
        EXPECT_FALSE(file.settle(i * kSecond / 2));
      }
    }
    EXPECT_EQ(content(path()), numbered(0, 10));
    fs::remove(path());
  }
}

// A program that writes until it is killed, again and again: the file holds whole lines, each number once and in order.
TEST_F(SinkFile, KilledWritersLeaveNoTornLine) {
  unsigned from = 0;
  for (unsigned round = 0; round < 5; ++round) {
    const std::size_t before = content(path()).size();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      File file({.path = path(), .rotate_bytes = 300'000});
      for (unsigned i = from;; i += 50) static_cast<void>(put(file, numbered(i, i + 50, 300)));
    }
    ASSERT_TRUE(wait_until([&] { return all_content().size() > before + 200'000; }));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ::waitpid(child, nullptr, 0);
    File file({.path = path()});
    EXPECT_FALSE(file.settle(kSecond));
    const std::string all = all_content();
    from = static_cast<unsigned>(std::count(all.begin(), all.end(), '\n'));
    ASSERT_TRUE(all == numbered(0, from, 300)) << "round " << round;
  }
}

}  // namespace
}  // namespace pellucid::sinks
