#include "lib/export/json.h"

#include <random>

#include <gtest/gtest.h>

namespace pellucid::exporter {
namespace {

std::string escaped(std::string_view s) {
  std::string out;
  write_escaped(out, s);
  return out;
}

// An independent judge: decodes by the bit patterns of RFC 3629 and asks the value afterwards.
bool valid_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const unsigned more = c < 0x80 ? 0 : (c & 0xe0) == 0xc0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : (c & 0xf8) == 0xf0 ? 3 : 9;
    if (more == 9 || i + more >= s.size()) return false;
    std::uint32_t v = more == 0 ? c : c & (0x3fu >> more);
    for (unsigned k = 1; k <= more; ++k) {
      const auto d = static_cast<unsigned char>(s[i + k]);
      if ((d & 0xc0) != 0x80) return false;
      v = v << 6 | (d & 0x3f);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (v < kLeast[more] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) return false;
    i += more + 1;
  }
  return true;
}

// The inside of a JSON string: no bare control character or quote, and every backslash begins a known escape.
bool valid_inside(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == '"' || c == 0x7f) return false;
    if (c != '\\') continue;
    if (++i >= s.size()) return false;
    if (s[i] == 'u') {
      if (i + 4 >= s.size()) return false;
      for (unsigned k = 1; k <= 4; ++k) {
        if (std::string_view("0123456789abcdef").find(s[i + k]) == std::string_view::npos) return false;
      }
      i += 4;
    } else if (std::string_view("\"\\/bfnrt").find(s[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

TEST(Json, PlainTextIsCopied) {
  EXPECT_EQ(escaped(""), "");
  EXPECT_EQ(escaped("www.example.org/a?b=c&d='e'"), "www.example.org/a?b=c&d='e'");
}

TEST(Json, QuotesBackslashesAndControlsAreEscaped) {
  EXPECT_EQ(escaped("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(escaped("\n\r\t\b\f"), "\\n\\r\\t\\b\\f");
  EXPECT_EQ(escaped(std::string_view("\0\x1b\x7f", 3)), "\\u0000\\u001b\\u007f");
  EXPECT_EQ(escaped("\xc2\x80\xc2\x9f\xc2\xa0"), "\\u0080\\u009f\xc2\xa0");
}

TEST(Json, GoodUtf8IsKept) {
  for (const std::string_view s : {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x94\x92", "\xed\x9f\xbf", "\xee\x80\x80",
                                   "\xf4\x8f\xbf\xbf", "\xef\xbf\xbd", "\xc3\xa4\xe2\x82\xac mixed \xf0\x9f\x94\x92"}) {
    EXPECT_EQ(escaped(s), s);
  }
}

TEST(Json, BrokenUtf8BecomesOneReplacementForEachMaximalPart) {
  const std::string r = "\xef\xbf\xbd";
  EXPECT_EQ(escaped("\x80"), r);                          // a continuation alone
  EXPECT_EQ(escaped("\xc0\xaf"), r + r);                  // overlong
  EXPECT_EQ(escaped("\xe0\x80\xaf"), r + r + r);          // overlong
  EXPECT_EQ(escaped("\xf0\x80\x80\xaf"), r + r + r + r);  // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), r + r + r + r);  // above U+10FFFF
  EXPECT_EQ(escaped("\xf5\xff"), r + r);
  EXPECT_EQ(escaped("\xe2\x82"), r);  // torn at the end
  EXPECT_EQ(escaped("\xe2\x82x"), r + "x");
  EXPECT_EQ(escaped("\xf0\x9f\x94\"x"), r + "\\\"x");
  // The table in the Unicode Standard 15, 3.9 (61 F1 80 80 E1 80 C2 62 80 63 80 BF 64).
  EXPECT_EQ(escaped("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"), "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST(Json, AnyOneOrTwoOctetsGiveValidText) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const char s[] = {static_cast<char>(a), static_cast<char>(b)};
      const std::string out = escaped({s, 2});
      ASSERT_TRUE(valid_utf8(out) && valid_inside(out)) << a << ' ' << b;
    }
  }
}

TEST(Json, RandomOctetsGiveValidText) {
  std::mt19937_64 random(7);
  for (unsigned round = 0; round < 10'000; ++round) {
    std::string s;
    for (std::size_t n = random() % 24; n > 0; --n) {
      // Mostly octets that begin or go on a sequence, so that broken ones of every shape come up.
      const unsigned kind = static_cast<unsigned>(random() % 3);
      const unsigned c = kind == 0 ? 0xc0 + random() % 0x40 : kind == 1 ? 0x80 + random() % 0x40 : random() % 256;
      s += static_cast<char>(c);
    }
    const std::string out = escaped(s);
    ASSERT_TRUE(valid_utf8(out) && valid_inside(out));
    if (!valid_utf8(s)) continue;
    ASSERT_EQ(out.find("\xef\xbf\xbd") == std::string::npos, s.find("\xef\xbf\xbd") == std::string::npos);
  }
}

TEST(Json, CommasStandBetweenValuesOnly) {
  std::string out;
  Json json(out);
  json.open_object();
  json.number("a", 18'446'744'073'709'551'615u);
  json.open_object("b");
  json.close_object();
  json.open_array("c");
  json.number(1);
  json.text("x,");
  json.open_object();
  json.yes("t");
  json.no("f");
  json.close_object();
  json.open_array();
  json.close_array();
  json.close_array();
  json.text("d", "{");
  json.made("e", [](std::string& s) { s += "made"; });
  json.close_object();
  EXPECT_EQ(out, R"({"a":18446744073709551615,"b":{},"c":[1,"x,",{"t":true,"f":false},[]],"d":"{","e":"made"})");
}

TEST(Json, ASecondTextInTheSameStringBeginsAnew) {
  std::string out = "{}\n";
  Json json(out);
  json.open_object();
  json.text("a", "b");
  json.close_object();
  EXPECT_EQ(out, "{}\n{\"a\":\"b\"}");
}

TEST(Json, EmptyContainersCanBeDropped) {
  std::string out;
  Json json(out);
  json.open_object();
  json.number("a", 1);
  const std::size_t none = json.mark();
  json.open_array("none");
  json.close_array_or_drop(none);
  const std::size_t some = json.mark();
  json.open_object("some");
  json.text("x", "[");
  json.close_object_or_drop(some);
  json.close_object();
  EXPECT_EQ(out, R"({"a":1,"some":{"x":"["}})");
}

TEST(Json, AHugeStringIsWrittenWhole) {
  const std::string big(3'000'000, '\xff');
  EXPECT_EQ(escaped(big).size(), 3 * big.size());
}

}  // namespace
}  // namespace pellucid::exporter
