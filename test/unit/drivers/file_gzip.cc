#include "test/unit/drivers/file.h"

namespace pellucid::io {
namespace {

TEST(FileSource, ReadsGzip) {
  Folder folder;
  const std::string packed = gzip(capture(5000, 1000));
  const Outcome o = read_all(folder.file("a.pcap.gz", packed));
  EXPECT_EQ(o.frames.size(), 5000u);
  EXPECT_EQ(o.failure, "");
  EXPECT_EQ(o.bytes_read, packed.size());
}

TEST(FileSource, ReadsGzipMembersOneAfterTheOtherAndPadding) {
  Folder folder;
  const std::string bytes = capture(50);
  const std::string members = gzip(bytes.substr(0, 100)) + gzip("") + gzip(bytes.substr(100, 1)) + gzip(bytes.substr(101));
  EXPECT_EQ(read_all(folder.file("a.gz", members)).frames.size(), 50u);
  const Outcome padded = read_all(folder.file("b.gz", members + std::string(512, '\0')));
  EXPECT_EQ(padded.frames.size(), 50u);
  EXPECT_EQ(padded.failure, "");
  const Outcome garbage = read_all(folder.file("c.gz", members + "garbage"));
  EXPECT_EQ(garbage.frames.size(), 50u);
  EXPECT_TRUE(contains(garbage.failure, "damaged gzip data (bytes that are not gzip follow its end)")) << garbage.failure;
}

TEST(FileSource, TornGzipGivesWhatCouldBeUnpackedAndSaysSo) {
  Folder folder;
  const std::string bytes = capture(50);
  const std::string packed = gzip(bytes.substr(0, 1000)) + gzip(bytes.substr(1000));
  std::size_t before = 0;
  unsigned opened = 0;
  for (std::size_t cut = 1; cut < packed.size(); ++cut) {
    const Outcome o = read_all(folder.file("a.gz", packed.substr(0, cut)));
    if (!o.problem.empty()) continue;
    ++opened;
    EXPECT_GE(o.frames.size(), before);
    before = o.frames.size();
    EXPECT_TRUE(contains(o.failure, "a.gz: offset ")) << cut;
    EXPECT_TRUE(contains(o.failure, " of the unpacked data: ")) << cut;
  }
  EXPECT_GT(opened, 20u);
  EXPECT_GE(before, 12u);
}

TEST(FileSource, DamagedGzipGivesWhatCouldBeUnpacked) {
  Folder folder;
  const std::string bytes = capture(2000);
  std::string packed = gzip(bytes.substr(0, 76'000)) + gzip(bytes.substr(76'000));
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 0x40);  // in the last checksum
  const Outcome o = read_all(folder.file("a.gz", packed));
  EXPECT_EQ(o.frames.size(), 2000u);
  EXPECT_TRUE(contains(o.failure, "damaged gzip data (incorrect data check)")) << o.failure;
}

}  // namespace
}  // namespace pellucid::io
