// With DPDK's own virtual devices; no NIC, no huge pages, no root.
#include "drivers/io/dpdk/port.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "drivers/io/dpdk/eal.h"
#include "drivers/io/dpdk/source.h"
#include "lib/engine/mail.h"

using namespace pellucid;

namespace {

dpdk::Eal& environment() {
  static std::string problem;
  static const auto eal = dpdk::Eal::start({.devices = {}, .huge_pages = dpdk::HugePages::never, .memory_mb = 256}, problem);
  CHECK(eal != nullptr);
  return *eal;
}

class DpdkPort : public testing::Test {
 protected:
  void SetUp() override { environment(); }
  std::unique_ptr<dpdk::Port> open(const dpdk::PortOptions& options) {
    auto port = dpdk::Port::open(options, problem);
    EXPECT_NE(port, nullptr) << problem;
    return port;
  }
  std::string problem;
};

// A capture of frames of these sizes, each filled with its number.
std::string capture(const std::vector<unsigned>& sizes) {
  std::string path = testing::TempDir() + "dpdk-" + std::to_string(getpid()) + ".pcap";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const std::uint32_t head[] = {0xa1b2c3d4, 0x00040002, 0, 0, 262'144, 1};
  std::fwrite(head, sizeof head, 1, file);
  for (unsigned i = 0; i < sizes.size(); ++i) {
    const std::uint32_t packet[] = {1'700'000'000, i, sizes[i], sizes[i]};
    std::fwrite(packet, sizeof packet, 1, file);
    const std::vector<std::uint8_t> bytes(sizes[i], static_cast<std::uint8_t>(i));
    std::fwrite(bytes.data(), 1, bytes.size(), file);
  }
  std::fclose(file);
  return path;
}

}  // namespace

TEST_F(DpdkPort, SpreadsFlowsByTheSymmetricKeyWhereTheDeviceCan) {
  const auto port = open({.name = "null", .device = "net_null0,size=64", .queues = 2});
  ASSERT_NE(port, nullptr);
  EXPECT_EQ(port->driver(), "net_null");
  ASSERT_EQ(port->queues(), 2u);
  EXPECT_EQ(port->spread(), dpdk::Spread::symmetric);
}

TEST_F(DpdkPort, ADeviceThatIsNotThereIsSaidInOneLine) {
  const auto port = dpdk::Port::open({.name = "up", .device = "net_nosuch0,a=b"}, problem);
  EXPECT_EQ(port, nullptr);
  EXPECT_NE(problem.find("port up (net_nosuch0): "), problem.npos) << problem;
  EXPECT_NE(problem.find("; DPDK says: "), problem.npos) << problem;
  EXPECT_EQ(problem.find('\n'), problem.npos);
}

TEST_F(DpdkPort, FramesArriveWholeInOrderThoughTheyAreMoreThanThePoolHolds) {
  std::vector<unsigned> sizes;
  for (unsigned i = 0; i < 20'000; ++i) sizes.push_back(60 + i % 1400);
  const std::string path = capture(sizes);
  const auto port = open({.name = "file", .device = "net_pcap0,rx_pcap=" + path, .descriptors = 256});
  ASSERT_NE(port, nullptr);
  dpdk::DpdkSource source({dpdk::queue_of(*port, 0, 3)});
  auto burst = std::make_unique<net::Burst>();
  unsigned seen = 0;
  const std::uint64_t begin = source.now();
  for (unsigned empty = 0; empty < 100 && seen < sizes.size();) {
    ASSERT_TRUE(source.pull(*burst));
    empty = burst->n == 0 ? empty + 1 : 0;
    for (unsigned i = 0; i < burst->n; ++i, ++seen) {
      const net::Row& row = burst->row[i];
      ASSERT_EQ(row.len, sizes[seen]);
      ASSERT_EQ(row.wire_len, sizes[seen]);
      ASSERT_EQ(row.bytes().front(), static_cast<std::uint8_t>(seen));
      ASSERT_EQ(row.bytes().back(), static_cast<std::uint8_t>(seen));
      ASSERT_EQ(row.iface, 3);
      ASSERT_GE(row.ts_ns, begin);
    }
  }
  EXPECT_EQ(seen, sizes.size());
  EXPECT_EQ(port->stats().packets, sizes.size());
  EXPECT_EQ(port->stats().no_buffer, 0u);
  std::remove(path.c_str());
}

TEST_F(DpdkPort, AJumboFrameInSeveralBuffersIsPutTogetherAndCutAtTheLimit) {
  const std::string path = capture({9000, 100, 40'000, 70'000});
  const auto port = open({.name = "jumbo", .device = "net_pcap1,rx_pcap=" + path});
  ASSERT_NE(port, nullptr);
  dpdk::DpdkSource source({dpdk::queue_of(*port, 0, 0)});
  auto burst = std::make_unique<net::Burst>();
  source.pull(*burst);
  ASSERT_EQ(burst->n, 4u);
  EXPECT_EQ(burst->row[0].len, 9000u);
  EXPECT_EQ(burst->row[0].flags, 0);
  EXPECT_EQ(std::count(burst->row[0].bytes().begin(), burst->row[0].bytes().end(), 0), 9000);
  EXPECT_EQ(burst->row[1].len, 100u);
  EXPECT_EQ(burst->row[2].len, dpdk::DpdkSource::kMaxJumbo);
  EXPECT_EQ(burst->row[2].wire_len, 40'000u);
  EXPECT_EQ(burst->row[2].flags, net::kRowShort);
  EXPECT_EQ(burst->row[3].len, 70'000u & 0xffff) << "what its driver brought of it";
  EXPECT_EQ(burst->row[3].flags, net::kRowShort);
  std::remove(path.c_str());
}

TEST_F(DpdkPort, MoreQueuesThanWorkersAreRefusedWhereTheDeviceWouldFeedThemAll) {
  const auto port = dpdk::Port::open({.name = "lo", .device = "net_af_packet0,iface=lo,qpairs=2", .queues = 1}, problem);
  if (geteuid() != 0) GTEST_SKIP() << "packet sockets need root";
  EXPECT_EQ(port, nullptr);
  EXPECT_NE(problem.find("qpairs=2 is more than there are workers"), problem.npos) << problem;
}
