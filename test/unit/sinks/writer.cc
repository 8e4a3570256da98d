// Sinks with their threads, as the daemon has them.
#include "drivers/out/sinks/writer.h"

#include <csignal>

#include <sys/socket.h>
#include <sys/un.h>

#include "lib/export/fanout.h"
#include "test/unit/sinks/make.h"

namespace pellucid::sinks {
namespace {

using exporter::Loss;
using exporter::SinkState;

std::uint64_t of(const SinkState& s, Loss loss) { return s.counts.dropped[static_cast<unsigned>(loss)]; }

// Every line is accounted for, and at the end none waits.
void expect_settled(const Writer& writer, std::uint64_t offered) {
  const SinkState s = writer.state();
  EXPECT_EQ(s.counts.offered, offered);
  EXPECT_EQ(s.counts.written + s.counts.all_dropped(), offered);
  EXPECT_EQ(s.counts.queued, 0u);
  EXPECT_TRUE(exporter::accounts_for(s, offered));
  EXPECT_FALSE(exporter::accounts_for(s, offered + 1));
}

struct SinkWriter : Place {
  std::unique_ptr<Writer> file(FileOptions options = {}, std::size_t queue_bytes = 1 << 20) {
    if (options.path.empty()) options.path = path();
    return Writer::to_file({"main", queue_bytes}, std::move(options));
  }
};

TEST_F(SinkWriter, WhatIsOfferedIsInTheFileWhenItHasFinished) {
  auto writer = file();
  writer->start();
  for (unsigned i = 0; i < 5000; i += 50) writer->outlet().offer(numbered(i, i + 50));
  writer->finish();
  writer->join();
  EXPECT_EQ(content(path()), numbered(0, 5000));
  expect_settled(*writer, 5000);
  const SinkState s = writer->state();
  EXPECT_EQ(s.name, "main");
  EXPECT_EQ(s.type, "file");
  EXPECT_EQ(s.where, path());
  EXPECT_EQ(s.counts.written_bytes, numbered(0, 5000).size());
  EXPECT_FALSE(s.trouble);
}

TEST_F(SinkWriter, RotationUnderLoadLosesNothing) {
  auto writer = file({.path = path(), .rotate_bytes = 20'000}, 1 << 22);
  writer->start();
  for (unsigned i = 0; i < 20'000; i += 100) writer->outlet().offer(numbered(i, i + 100));
  writer->finish(60'000'000'000);
  writer->join();
  EXPECT_TRUE(all_content() == numbered(0, 20'000));
  EXPECT_GT(writer->state().rotations, 10u);
  expect_settled(*writer, 20'000);
}

TEST_F(SinkWriter, ReopeningUnderLoadLosesNothing) {
  auto writer = file({}, 1 << 22);
  writer->start();
  for (unsigned i = 0; i < 10'000; i += 100) {
    writer->outlet().offer(numbered(i, i + 100));
    if (i == 5000) {
      ASSERT_TRUE(wait_until([&] { return fs::exists(path()); }));
      fs::rename(path(), dir / "moved");
      writer->reopen();
    }
  }
  ASSERT_TRUE(wait_until([&] { return fs::exists(path()); }));
  writer->finish(60'000'000'000);
  writer->join();
  EXPECT_TRUE(content(dir / "moved") + content(path()) == numbered(0, 10'000));
}

TEST_F(SinkWriter, AFullDiskIsReportedDropsWithItsReasonAndRecovers) {
  if (!small_disk(256)) GTEST_SKIP() << "mounting a small disk needs root";
  std::ofstream(dir / "ballast") << std::string(100'000, 'x');
  auto writer = file({}, 64 * 1024);
  writer->start();
  unsigned next = 0;
  ASSERT_TRUE(wait_until([&] {
    writer->outlet().offer(numbered(next, next + 10));
    next += 10;
    return of(writer->state(), Loss::disk_full) > 1000;
  }));
  SinkState s = writer->state();
  EXPECT_EQ(s.trouble, Loss::disk_full);
  EXPECT_EQ(s.failures, 1u);
  EXPECT_FALSE(exporter::figures_of(s).up);
  EXPECT_EQ(exporter::figures_of(s).dropped[1], of(s, Loss::disk_full));
  EXPECT_NE(s.failure.find("No space left on device"), std::string::npos) << s.failure;
  EXPECT_TRUE(content(path()).ends_with("}\n"));
  fs::remove(dir / "ballast");
  ASSERT_TRUE(wait_until([&] { return !writer->state().trouble; }));
  writer->outlet().offer("{\"line\":\"last\"}\n");
  writer->finish();
  writer->join();
  s = writer->state();
  EXPECT_TRUE(content(path()).ends_with("{\"line\":\"last\"}\n"));
  const std::string all = content(path());
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(all.begin(), all.end(), '\n')), s.counts.written);
  expect_settled(*writer, next + 1u);
}

TEST_F(SinkWriter, AStopWithoutAReaderEndsInTimeAndCountsTheRest) {
  auto writer = Writer::to_socket({"siem", 1 << 20}, (dir / "sock").string());
  EXPECT_EQ(writer->state().trouble, Loss::disconnected);  // known before anything is written
  writer->start();
  writer->outlet().offer(numbered(0, 100));
  writer->finish(50'000'000);
  writer->join();
  EXPECT_EQ(of(writer->state(), Loss::closing), 100u);
  expect_settled(*writer, 100);
}

TEST_F(SinkWriter, ADeadSinkCostsAnotherOneNothing) {
  auto dead = Writer::to_socket({"siem", 64 * 1024}, (dir / "sock").string());
  auto live = file();
  exporter::Fanout fanout({&dead->outlet(), &live->outlet()});
  dead->start();
  live->start();
  for (unsigned i = 0; i < 6000; i += 100) ASSERT_TRUE(fanout.write(numbered(i, i + 100)));
  dead->finish(50'000'000);
  live->finish(60'000'000'000);
  for (Writer* w : {dead.get(), live.get()}) w->join();
  expect_settled(*live, 6000);
  EXPECT_TRUE(content(path()) == numbered(0, 6000));
  EXPECT_GT(of(dead->state(), Loss::disconnected), 0u);
  expect_settled(*dead, 6000);
}

// A reader that takes a connection, reads some of it and leaves, again and again: each connection begins with a whole line, and
// the lines that end in it are in order.
TEST_F(SinkWriter, AReaderThatComesAndGoesNeverSeesALineFromTheMiddle) {
  const std::string where = (dir / "sock").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  where.copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  auto writer = Writer::to_socket({"siem", 1 << 22}, where);
  writer->start();
  for (unsigned i = 0; i < 30'000; i += 100) writer->outlet().offer(numbered(i, i + 100, i % 700));
  for (unsigned round = 0; round < 4; ++round) {
    const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ASSERT_GE(peer, 0);
    std::string got;
    char block[10'007];
    while (got.size() < 300'000) {
      const ssize_t n = ::read(peer, block, sizeof block);
      if (n <= 0) break;
      got.append(block, static_cast<std::size_t>(n));
    }
    ::close(peer);
    ASSERT_TRUE(got.starts_with("{\"line\":")) << got.substr(0, 80);
    unsigned last = 0;
    bool first = true;
    std::istringstream lines(got.substr(0, got.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
      ASSERT_TRUE(line.starts_with("{\"line\":") && line.ends_with("}")) << line;
      const auto number = static_cast<unsigned>(std::stoul(line.substr(8)));
      ASSERT_TRUE(first || number == last + 1) << line;
      first = false;
      last = number;
    }
  }
  writer->finish(50'000'000);
  writer->join();
  expect_settled(*writer, 30'000);
  ::close(listener);
}

TEST_F(SinkWriter, ItsStateMayBeAskedForAllTheTime) {
  auto writer = Writer::to_socket({"siem", 64 * 1024}, (dir / "sock").string());
  writer->start();
  std::atomic<bool> stop{false};
  std::thread asks([&] {
    while (!stop.load()) {
      const SinkState s = writer->state();
      EXPECT_EQ(s.counts.offered, s.counts.written + s.counts.all_dropped() + s.counts.queued);
      EXPECT_EQ(s.trouble.has_value(), true);
    }
  });
  for (unsigned i = 0; i < 2000; ++i) writer->outlet().offer(numbered(i, i + 1));
  stop.store(true);
  asks.join();
}

}  // namespace
}  // namespace pellucid::sinks
