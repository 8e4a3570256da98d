#include "lib/base/cursor.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace pellucid {
namespace {

constexpr std::array<std::uint8_t, 10> kBytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

constexpr std::uint32_t second_field() {
  Cursor in(kBytes);
  in.skip(1);
  return in.u24();
}
static_assert(second_field() == 0x020304, "a Cursor reads at compile time too");

TEST(Cursor, ReadsBigEndianNumbersOfEveryWidth) {
  EXPECT_EQ(Cursor(kBytes).u8(), 0x01);
  EXPECT_EQ(Cursor(kBytes).u16(), 0x0102);
  EXPECT_EQ(Cursor(kBytes).u24(), 0x010203u);
  EXPECT_EQ(Cursor(kBytes).u32(), 0x01020304u);
  EXPECT_EQ(Cursor(kBytes).u64(), 0x0102030405060708u);
}

TEST(Cursor, KeepsTheHighestBitsOfWideNumbers) {
  constexpr std::array<std::uint8_t, 8> high{0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8};
  EXPECT_EQ(Cursor(high).u64(), 0xfffe'fdfc'fbfa'f9f8u);
  EXPECT_EQ(Cursor(high).u32(), 0xfffe'fdfcu);
}

TEST(Cursor, CountsWhatIsReadAndWhatIsLeft) {
  Cursor in(kBytes);
  static_cast<void>(in.u32());
  EXPECT_EQ(in.offset(), 4u);
  EXPECT_EQ(in.left(), 6u);
  EXPECT_EQ(in.rest().front(), 5);
  EXPECT_FALSE(in.done());
  in.skip(6);
  EXPECT_TRUE(in.done());
  EXPECT_TRUE(in.ok());
}

TEST(Cursor, FailsForGoodAtTheFirstShortage) {
  Cursor in(Bytes(kBytes).first(3));
  EXPECT_EQ(in.u16(), 0x0102);
  EXPECT_EQ(in.u16(), 0) << "one octet is left, two are wanted";
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0) << "the octet that is left is not given after a failure";
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_EQ(in.left(), 0u);
  EXPECT_FALSE(in.done()) << "a failed cursor is never done";
}

TEST(Cursor, FailsAtEveryLengthThatIsTooShort) {
  for (std::size_t have = 0; have < 8; ++have) {
    Cursor in(Bytes(kBytes).first(have));
    EXPECT_EQ(in.u64(), 0u);
    EXPECT_FALSE(in.ok()) << have;
  }
}

TEST(Cursor, TakesViewsOfTheSameBytes) {
  Cursor in(kBytes);
  const Bytes taken = in.take(4);
  EXPECT_EQ(taken.data(), kBytes.data());
  EXPECT_EQ(taken.size(), 4u);
  EXPECT_EQ(in.offset(), 4u);
}

TEST(Cursor, DoesNotOverflowOnAHugeLength) {
  for (const std::size_t huge : {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() - 4}) {
    Cursor in(kBytes);
    static_cast<void>(in.u32());
    EXPECT_TRUE(in.take(huge).empty());
    EXPECT_FALSE(in.ok());
  }
}

TEST(Cursor, TakesWhatALengthBeforeItAnnounces) {
  constexpr std::array<std::uint8_t, 12> bytes{2, 'a', 'b', 0, 1, 'c', 0, 0, 2, 'd', 'e', 0};
  Cursor in(bytes);
  EXPECT_EQ(as_text(in.take8()), "ab");
  EXPECT_EQ(as_text(in.take16()), "c");
  EXPECT_EQ(as_text(in.take24()), "de");
  EXPECT_TRUE(in.take8().empty());
  EXPECT_TRUE(in.done());
}

TEST(Cursor, RefusesALengthBeyondItsEnd) {
  constexpr std::array<std::uint8_t, 3> bytes{3, 'a', 'b'};
  Cursor in(bytes);
  EXPECT_TRUE(in.take8().empty());
  EXPECT_FALSE(in.ok());
  Cursor half(Bytes(bytes).first(1));
  EXPECT_TRUE(half.take16().empty());
  EXPECT_FALSE(half.ok()) << "the length itself is cut";
}

TEST(Cursor, ReadsNothingFromAnEmptyView) {
  Cursor in(Bytes{});
  EXPECT_TRUE(in.done());
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.u8(), 0);
  EXPECT_FALSE(in.ok());
}

TEST(Cursor, FailsWhenItsOwnerSaysSo) {
  Cursor in(kBytes);
  in.fail();
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.left(), 0u);
  EXPECT_EQ(in.u8(), 0);
}

}  // namespace
}  // namespace pellucid
