#include "test/unit/drivers/file.h"

#include <sys/stat.h>

#include "drivers/io/file/words.h"
#include "test/unit/net/capture.h"

namespace pellucid::io {
namespace {

TEST(FileSource, ReadsACaptureOfManyBlocks) {
  Folder folder;
  const std::string bytes = capture(5000, 1400);
  ASSERT_GT(bytes.size(), 3 * FileSource::kBlock);
  const Outcome o = read_all(folder.file("a.pcap", bytes));
  ASSERT_EQ(o.frames.size(), 5000u);
  for (unsigned i = 0; i < 5000; ++i) {
    ASSERT_EQ(o.frames[i], std::string(1400, static_cast<char>('a' + i % 26)));
    ASSERT_EQ(o.times[i], (100 + i) * kSecond);
  }
  EXPECT_EQ(o.failure, "");
  EXPECT_EQ(o.bytes_read, bytes.size());
  EXPECT_EQ(o.bytes_whole, bytes.size());
}

TEST(FileSource, ReadsTheLongestFramesAcrossBlocks) {
  Folder folder;
  const Outcome o = read_all(folder.file("a.pcap", capture(20, net::PcapReader::kMaxFrame)));
  ASSERT_EQ(o.frames.size(), 20u);
  for (unsigned i = 0; i < 20; ++i) EXPECT_EQ(o.frames[i], std::string(net::PcapReader::kMaxFrame, static_cast<char>('a' + i)));
}

TEST(FileSource, RefusesWhatIsNoCaptureInOneLineThatNamesIt) {
  Folder folder;
  EXPECT_EQ(read_all(folder.path()).problem, folder.path() + ": is a directory; name a capture file in it");
  EXPECT_EQ(read_all(folder.path() + "/none").problem, folder.path() + "/none: no such file; check the path");
  const std::string empty = folder.file("empty", "");
  EXPECT_EQ(read_all(empty).problem, empty + ": is empty; a capture begins with a pcap or pcapng header");
  EXPECT_TRUE(contains(read_all(folder.file("text", "#!/bin/sh\n")).problem, "is not a capture (it begins with 23 21 2f"));
  EXPECT_TRUE(contains(read_all(folder.file("short", capture(0).substr(0, 10))).problem, "cut inside the file header"));
  EXPECT_TRUE(contains(read_all(folder.file("zst", "\x28\xb5\x2f\xfd....")).problem, "is packed with zstd; unpack it first"));
  EXPECT_TRUE(contains(read_all(folder.file("text.gz", gzip("just text"))).problem, "is not a capture"));
  EXPECT_TRUE(contains(read_all(folder.file("none.gz", gzip(""))).problem, "is empty"));
  EXPECT_TRUE(contains(read_all(folder.file("new", "\xd4\xc3\xb2\xa1\x09" + std::string(30, '\0'))).problem,
                       "a version of the format"));
}

TEST(FileSource, RefusesAFileThatItMayNotRead) {
  Folder folder;
  const std::string path = folder.file("a.pcap", capture(1));
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const bool root = geteuid() == 0;
  if (root) {  // who may read everything
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string problem = read_all(path).problem;
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(problem, path + ": permission denied; let this user read it");
}

TEST(FileSource, EscapesControlCharactersInNames) {
  EXPECT_EQ(shown("a\x1b[31m\n\x7f\xc2\x9b"), "a\\x1b[31m\\x0a\\x7f\\xc2\\x9b");
  EXPECT_EQ(shown("mesure-\xc3\xa9t\xc3\xa9.pcap \xc2\xb5"), "mesure-\xc3\xa9t\xc3\xa9.pcap \xc2\xb5");
  EXPECT_EQ(read_all("/no\x1b[2Jfolder/x").problem, "/no\\x1b[2Jfolder/x: no such file; check the path");
}

TEST(FileSource, ATornFileGivesItsWholeFramesAndTheOffset) {
  Folder folder;
  const std::string bytes = capture(3);
  for (std::size_t cut = net::kPcapHeader; cut <= bytes.size(); ++cut) {
    const Outcome o = read_all(folder.file("a.pcap", bytes.substr(0, cut)));
    const std::size_t whole = (cut - net::kPcapHeader) / 76;
    ASSERT_EQ(o.frames.size(), whole);
    const std::size_t offset = net::kPcapHeader + whole * 76;
    if (offset == cut) {
      EXPECT_EQ(o.failure, "");
    } else {
      EXPECT_EQ(o.failure, folder.path() + "/a.pcap: offset " + std::to_string(offset) +
                               ": the file ends inside a packet or block: it was cut, or is still being written; " +
                               std::to_string(whole) + " packets before it were read");
    }
  }
}

TEST(FileSource, ACorruptFileGivesTheFramesBeforeAndTheOffset) {
  Folder folder;
  const Outcome o = read_all(folder.file("a.pcap", capture(100) + std::string(100, '\xff')));
  EXPECT_EQ(o.frames.size(), 100u);
  EXPECT_TRUE(contains(o.failure, "a.pcap: offset " + std::to_string(24 + 100 * 76) + ": a packet or block is longer"));
}

TEST(FileSource, RepeatsWithTimesThatGoOn) {
  Folder folder;
  for (const std::string& bytes : {capture(3), gzip(capture(3))}) {
    const Outcome o = read_all(folder.file("a", bytes), {.repeat = 3});
    ASSERT_EQ(o.times.size(), 9u);
    for (unsigned i = 0; i < 9; ++i) {
      EXPECT_EQ(o.times[i], (100 + i % 3) * kSecond + (i / 3) * (2 * kSecond + FileSource::kGapNs)) << i;
    }
    EXPECT_EQ(o.failure, "");
    EXPECT_EQ(o.bytes_read, 3 * bytes.size());
    EXPECT_EQ(o.bytes_whole, 3 * bytes.size());
  }
}

TEST(FileSource, ACaptureWithoutPacketsEndsHoweverOftenItIsRepeated) {
  Folder folder;
  EXPECT_EQ(read_all(folder.file("a", capture(0)), {.repeat = 4'000'000'000}).frames.size(), 0u);
}

TEST(FileSource, SurvivesAFileThatShrinksOrGrowsWhileItIsRead) {
  Folder folder;
  const std::string path = folder.file("a", capture(5000, 1400));
  std::string problem;
  const auto source = FileSource::open(path, {}, problem);
  ASSERT_NE(source, nullptr);
  const auto burst = std::make_unique<net::Burst>();
  ASSERT_TRUE(source->pull(*burst));
  ASSERT_EQ(truncate(path.c_str(), 3'000'000), 0);
  std::size_t frames = burst->n;
  while (source->pull(*burst)) frames += burst->n;
  EXPECT_EQ(frames, (3'000'000 - 24) / 1416u);
  EXPECT_TRUE(contains(source->failure(), "the file ends inside a packet"));

  const std::string other = folder.file("b", capture(5000, 1400).substr(0, 2'000'000));
  const auto growing = FileSource::open(other, {}, problem);
  ASSERT_NE(growing, nullptr);
  ASSERT_TRUE(growing->pull(*burst));
  std::ofstream(other, std::ios::binary | std::ios::app) << capture(5000, 1400).substr(2'000'000);
  frames = burst->n;
  while (growing->pull(*burst)) frames += burst->n;
  EXPECT_EQ(frames, 5000u);
  EXPECT_EQ(growing->failure(), "");
}

TEST(FileSource, TellsInterfacesAndSecrets) {
  net::Maker m(std::endian::big);
  m.section()
      .interface(1, 0,
                 net::Maker(std::endian::big)
                     .option(2,
                             "eth\x1b"
                             "0")
                     .bytes)
      .interface(127, 0)
      .block(10, "keys");
  Folder folder;
  std::string problem;
  const auto source = FileSource::open(folder.file("a", m.bytes), {}, problem);
  ASSERT_NE(source, nullptr) << problem;
  const auto burst = std::make_unique<net::Burst>();
  EXPECT_FALSE(source->pull(*burst));
  EXPECT_EQ(source->failure(), "");
  EXPECT_EQ(source->secrets(), 1u);
  EXPECT_EQ(source->interface_names(), (std::vector<std::string>{"eth\\x1b0", ""}));
  EXPECT_EQ(source->interfaces()[0].link, net::Link::ethernet);
  EXPECT_EQ(source->interfaces()[1].link_type, 127);
}

}  // namespace
}  // namespace pellucid::io
