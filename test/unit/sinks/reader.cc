// Sinks that somebody reads while they are written: sockets and streams.
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drivers/out/sinks/socket.h"
#include "drivers/out/sinks/stream.h"
#include "test/unit/sinks/make.h"

namespace pellucid::sinks {
namespace {

using exporter::Loss;

struct SinkReader : Place {
  int listener = -1;
  int peer = -1;
  std::string sock() const { return (dir / "sock").string(); }

  void listen_here() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    sock().copy(address.sun_path, sizeof address.sun_path - 1);
    listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener, 4), 0);
  }
  void accept_one() { ASSERT_GE(peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), 0); }
  static void drop(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  static std::string read_all(int fd) {
    std::string all;
    char block[65536];
    for (ssize_t n; (n = ::read(fd, block, sizeof block)) > 0;) all.append(block, static_cast<std::size_t>(n));
    return all;
  }
  void TearDown() override {
    drop(peer);
    drop(listener);
    Place::TearDown();
  }
};

TEST_F(SinkReader, ASocketGetsWhatIsWritten) {
  listen_here();
  Socket sink(sock());
  EXPECT_FALSE(sink.settle(0));
  EXPECT_EQ(sink.write("a\nb\n").bytes, 4u);
  accept_one();
  EXPECT_EQ(read_all(peer), "a\nb\n");
}

TEST_F(SinkReader, NobodyListeningIsADisconnectionUntilSomebodyDoes) {
  Socket sink(sock());
  EXPECT_EQ(sink.write("a\n").trouble, Loss::disconnected);
  EXPECT_TRUE(sink.failure().starts_with("cannot connect to " + sock() + ": No such file")) << sink.failure();
  listen_here();
  EXPECT_EQ(sink.write("a\n").bytes, 2u);
  drop(listener);  // what waited to be accepted goes with it
  EXPECT_EQ(sink.settle(0), Loss::disconnected);
  EXPECT_EQ(sink.write("b\n").trouble, Loss::disconnected);
  EXPECT_NE(sink.failure().find("Connection refused; start the program that reads"), std::string::npos) << sink.failure();
}

TEST_F(SinkReader, APeerThatLeavesIsNoticedWithoutAWrite) {
  listen_here();
  Socket sink(sock());
  EXPECT_FALSE(sink.settle(0));
  accept_one();
  EXPECT_FALSE(sink.settle(1));
  drop(peer);
  EXPECT_EQ(sink.settle(2), Loss::disconnected);
  EXPECT_FALSE(sink.settle(3));  // and called again
  accept_one();
}

TEST_F(SinkReader, WhatAPeerSaysIsThrownAway) {
  listen_here();
  Socket sink(sock());
  EXPECT_FALSE(sink.settle(0));
  accept_one();
  const std::string noise(100'000, 'x');
  EXPECT_GT(::write(peer, noise.data(), noise.size()), 0);
  for (unsigned i = 0; i < 300; ++i) EXPECT_FALSE(sink.settle(i));
  EXPECT_EQ(sink.write("a\n").bytes, 2u);
}

TEST_F(SinkReader, APeerThatNeverReadsCostsAWaitAndGetsTheRestOfItsLineLater) {
  listen_here();
  Socket sink(sock());
  const std::string text = numbered(0, 200'000);
  std::string_view rest = text;
  for (auto progress = sink.write(rest); progress.bytes != 0; progress = sink.write(rest)) rest.remove_prefix(progress.bytes);
  ASSERT_GT(rest.size(), 0u);
  EXPECT_NE(sink.failure().find("takes nothing"), std::string::npos);
  accept_one();
  std::string got = read_all(peer);
  while (!rest.empty()) {
    rest.remove_prefix(sink.write(rest).bytes);
    got += read_all(peer);
  }
  EXPECT_TRUE(got == text);
}

TEST_F(SinkReader, APathTooLongForASocketIsToldInOneLine) {
  Socket sink(std::string(200, 'x'));
  EXPECT_EQ(sink.settle(0), Loss::disconnected);
  EXPECT_NE(sink.failure().find("File name too long"), std::string::npos) << sink.failure();
}

TEST_F(SinkReader, AStreamGoesOnWhereASlowReaderStoppedIt) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  ASSERT_EQ(::fcntl(pipe[0], F_SETFL, O_NONBLOCK), 0);
  Stream sink(pipe[1], "a pipe");
  const std::string text = numbered(0, 30'000);
  std::string_view rest = text;
  for (auto progress = sink.write(rest); progress.bytes != 0; progress = sink.write(rest)) rest.remove_prefix(progress.bytes);
  ASSERT_GT(rest.size(), 0u);
  EXPECT_NE(sink.failure().find("a pipe takes nothing"), std::string::npos);
  std::string got = read_all(pipe[0]);
  while (!rest.empty()) {
    rest.remove_prefix(sink.write(rest).bytes);
    got += read_all(pipe[0]);
  }
  EXPECT_TRUE(got == text);
  ::close(pipe[0]);
  EXPECT_EQ(sink.settle(0), Loss::disconnected);
  EXPECT_EQ(sink.failure(), "cannot write to a pipe: Broken pipe; start the program that reads; it is tried again by itself");
  ::close(pipe[1]);
}

TEST_F(SinkReader, AFullDeviceBehindAStreamIsAFullDisk) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Stream sink(full);
  EXPECT_EQ(sink.write("x\n").trouble, Loss::disk_full);
  ::close(full);
}

}  // namespace
}  // namespace pellucid::sinks
