#include "lib/dns/codes.h"

#include <gtest/gtest.h>

namespace pellucid::dns {
namespace {

TEST(DnsCodes, NameWhatIsRegistered) {
  EXPECT_EQ(type_name(1), "A");
  EXPECT_EQ(type_name(65), "HTTPS");
  EXPECT_EQ(type_name(32769), "DLV");
  EXPECT_EQ(class_name(255), "ANY");
  EXPECT_EQ(opcode_name(6), "DSO");
  EXPECT_EQ(rcode_name(23), "BADCOOKIE");
}

TEST(DnsCodes, AreEmptyForTheRest) {
  EXPECT_EQ(type_name(0), "");
  EXPECT_EQ(type_name(65280), "");
  EXPECT_EQ(class_name(2), "");
  EXPECT_EQ(opcode_name(3), "");
  EXPECT_EQ(rcode_name(12), "");
}

}  // namespace
}  // namespace pellucid::dns
