#include "test/unit/drivers/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include <thread>

namespace pellucid::io {
namespace {

// Gives standard input another end for as long as it lives.
class Stdin {
 public:
  explicit Stdin(int fd) : old_(dup(STDIN_FILENO)) { dup2(fd, STDIN_FILENO); }
  ~Stdin() {
    dup2(old_, STDIN_FILENO);
    close(old_);
  }

 private:
  int old_;
};

TEST(FileSource, ReadsAPipeAsItsWriterSends) {
  const std::string bytes = capture(300);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::thread writer([&, fd = ends[1]] {
    for (std::size_t at = 0; at < bytes.size(); at += 1001) {
      const std::size_t n = std::min<std::size_t>(1001, bytes.size() - at);
      EXPECT_EQ(write(fd, bytes.data() + at, n), static_cast<ssize_t>(n));
    }
    close(fd);
  });
  Outcome o;
  {
    const Stdin replaced(ends[0]);
    close(ends[0]);
    o = read_all("-");
  }
  writer.join();
  EXPECT_EQ(o.problem, "");
  EXPECT_EQ(o.frames.size(), 300u);
  EXPECT_EQ(o.bytes_read, bytes.size());
  EXPECT_EQ(o.bytes_whole, 0u);
}

TEST(FileSource, DoesNotWaitForAPipeToFillABlock) {
  const std::string bytes = capture(2);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const Stdin replaced(ends[0]);
  close(ends[0]);
  std::string problem;
  const auto source = FileSource::open("-", {}, problem);
  ASSERT_NE(source, nullptr) << problem;
  const auto burst = std::make_unique<net::Burst>();
  ASSERT_TRUE(source->pull(*burst));  // the writer still holds its end open
  EXPECT_EQ(burst->n, 2u);
  close(ends[1]);
  EXPECT_FALSE(source->pull(*burst));
}

void give_empty_bursts(int flags) {
  const std::string bytes = capture(1);
  int ends[2];
  ASSERT_EQ(pipe2(ends, flags), 0);
  ASSERT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const Stdin replaced(ends[0]);
  close(ends[0]);
  std::string problem;
  const auto source = FileSource::open("-", {}, problem);
  ASSERT_NE(source, nullptr) << problem;
  const auto burst = std::make_unique<net::Burst>();
  ASSERT_TRUE(source->pull(*burst));
  EXPECT_EQ(burst->n, 1u);
  EXPECT_TRUE(source->pull(*burst));
  EXPECT_EQ(burst->n, 0u);
  close(ends[1]);
  EXPECT_FALSE(source->pull(*burst));
  EXPECT_EQ(source->failure(), "");
}

// So that whoever pulls can look whether to stop, whatever the writer does.
TEST(FileSource, ASilentPipeGivesEmptyBurstsWhetherItMayBlockOrNot) {
  for (const int flags : {0, O_NONBLOCK}) give_empty_bursts(flags);
}

TEST(FileSource, AnErrorOfTheDeviceEndsItWithOneLine) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);  // once its other end is closed, reading it is an I/O error
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  if (slave < 0) GTEST_SKIP() << "no pseudo-terminals here";
  termios raw{};
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  const std::string bytes = capture(3).substr(0, 24 + 2 * 76 + 10);
  ASSERT_EQ(write(slave, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const Stdin replaced(master);
  close(master);
  std::string problem;
  const auto source = FileSource::open("-", {}, problem);
  ASSERT_NE(source, nullptr) << problem;
  close(slave);
  const auto burst = std::make_unique<net::Burst>();
  unsigned frames = 0;
  while (source->pull(*burst)) frames += burst->n;
  EXPECT_EQ(frames, 2u);
  EXPECT_EQ(source->failure(), "standard input: offset " + std::to_string(bytes.size()) +
                                   ": read failed: Input/output error; 2 packets before it were read");
}

TEST(FileSource, RepeatsStandardInputOnlyIfItIsAFile) {
  Folder folder;
  {
    const int fd = open(folder.file("a", capture(2)).c_str(), O_RDONLY);
    const Stdin replaced(fd);
    close(fd);
    EXPECT_EQ(read_all("-", {.repeat = 2}).frames.size(), 4u);
  }
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Stdin replaced(ends[0]);
  EXPECT_EQ(read_all("-", {.repeat = 2}).problem, "standard input: cannot be read again; to repeat, give a regular file");
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace pellucid::io
