#include "lib/x509/der.h"

#include <gtest/gtest.h>

#include "test/unit/tls/make.h"

namespace pellucid::x509 {
namespace {

using namespace tls::make;

TEST(Der, ElementsComeInOrderWithTheirHeaders) {
  const Octets bytes = join({der(2, {5}), der(4, Octets(200, 1)), der(0x30, Octets(300, 2))});
  Der in{Bytes(bytes)};
  Element e{};
  ASSERT_TRUE(in.next(e));
  EXPECT_EQ(e.tag, kDerInteger);
  EXPECT_EQ(e.whole.size(), 3u);
  ASSERT_TRUE(in.next(e));
  EXPECT_EQ(e.body.size(), 200u);
  EXPECT_EQ(e.whole.size(), 203u);
  ASSERT_TRUE(in.next(e));
  EXPECT_EQ(e.body.size(), 300u);
  EXPECT_TRUE(in.done());
  EXPECT_FALSE(in.next(e));
  EXPECT_TRUE(in.ok());
}

TEST(Der, IndefiniteLengthsLongTagsAndOverlongLengthsAreRefused) {
  for (const Octets& bad :
       {Octets{0x30, 0x80, 0, 0}, Octets{0x1f, 1, 0}, Octets{4, 0x84, 0, 0, 0, 1, 0}, Octets{4, 2, 0}, Octets{4}}) {
    Der in{Bytes(bad)};
    Element e{};
    EXPECT_FALSE(in.next(e));
    EXPECT_FALSE(in.ok());
  }
}

TEST(Der, DepthIsBounded) {
  Octets bytes;
  for (unsigned i = 0; i < kMaxDepth + 4; ++i) bytes = der(0x30, bytes);
  Der in{Bytes(bytes)};
  unsigned depth = 0;
  for (Element e{}; in.next(e); ++depth) in = Der(e);
  EXPECT_EQ(depth, kMaxDepth);
  EXPECT_FALSE(in.ok());
}

TEST(Der, AnUnexpectedTagEndsTheReading) {
  const Octets bytes = join({der(2, {5}), der(2, {6})});
  Der in{Bytes(bytes)};
  EXPECT_TRUE(in.expect(kDerSequence).body.empty());
  EXPECT_FALSE(in.ok());
  Element e{};
  EXPECT_FALSE(in.next(e));
}

TEST(Der, AnOptionalElementIsPassedOverOnlyWhenItIsThere) {
  const Octets bytes = join({der(1, {0xff}), der(4, {9})});
  Der in{Bytes(bytes)};
  in.skip_if(kDerBoolean);
  in.skip_if(kDerBoolean);
  EXPECT_EQ(in.expect(kDerOctets).body[0], 9);
}

}  // namespace
}  // namespace pellucid::x509
