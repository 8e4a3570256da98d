#include "drivers/io/dpdk/kernel_link.h"

#include <gtest/gtest.h>
#include <net/if.h>

using namespace pellucid;

TEST(DpdkKernelLink, TheInterfaceIsTheOneThatTheArgumentsName) {
  const unsigned lo = if_nametoindex("lo");
  ASSERT_NE(lo, 0u);
  EXPECT_EQ(dpdk::kernel_index("net_pcap0,rx_iface=lo"), lo);
  EXPECT_EQ(dpdk::kernel_index("net_pcap0,rx_iface=lo,phy_mac=1"), lo);
  for (const char* device : {"net_pcap0,rx_pcap=lo", "net_pcap0,rx_iface=", "net_null0", "",
                             "net_pcap0,rx_iface=a-name-that-is-longer-than-any-interface-may-have"}) {
    EXPECT_EQ(dpdk::kernel_index(device), 0u) << device;
  }
}

TEST(DpdkKernelLink, AnInterfaceThatIsGoneHasNoLink) { EXPECT_FALSE(dpdk::kernel_runs(0x7fffffff)); }
