#include "lib/tls/handshake.h"

#include <gtest/gtest.h>

namespace pellucid::tls {
namespace {

TEST(Handshake, EveryMessageOfTheTableIsFoundAndHasAReader) {
  unsigned known = 0;
  for (unsigned type = 0; type < 256; ++type) {
    const MessageRow* row = find_message(static_cast<std::uint8_t>(type));
    if (row == nullptr) continue;
    ++known;
    EXPECT_EQ(static_cast<unsigned>(row->type), type);
    EXPECT_NE(row->read, nullptr);
    EXPECT_LE(row->want, kScratch);
    EXPECT_LE(row->want, row->most);
  }
  EXPECT_EQ(known, 21u);
}

TEST(Handshake, TypesThatNoHandshakeHasAreUnknown) {
  for (const unsigned type : {7u, 9u, 18u, 66u, 128u, 255u}) EXPECT_EQ(find_message(static_cast<std::uint8_t>(type)), nullptr);
}

}  // namespace
}  // namespace pellucid::tls
