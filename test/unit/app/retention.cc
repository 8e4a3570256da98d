#include "app/daemon/retention.h"

#include <gtest/gtest.h>

namespace pellucid::app {
namespace {

TEST(Retention, ADeliveryNamesItsGrant) {
  EXPECT_EQ(grant_of_delivery("fraud-17-1.pcapng"), "fraud-17");
  EXPECT_EQ(grant_of_delivery("fraud-17-12.pcapng.p7m"), "fraud-17");
  for (const char* file : {"", "x", "notes.txt", "fraud.pcapng", "fraud-.pcapng", "fraud-1.pcapng.tmp", "fraud-1x.pcapng",
                           ".pcapng", "fraud-1.pcap", "fraud-1.pcapng.p7m.pcapng"}) {
    EXPECT_EQ(grant_of_delivery(file), "") << file;
  }
  EXPECT_EQ(grant_of_delivery("-1.pcapng"), "");
}

}  // namespace
}  // namespace pellucid::app
