#include "lib/base/tree.h"

#include <gtest/gtest.h>

namespace pellucid {
namespace {

using Kind = Tree::Kind;

Tree sample() {  // {a: 7, list: [true, x]}
  Tree t;
  t.open(Kind::map, {1, 1});
  t.key({1, 1}, "a");
  t.leaf(Kind::integer, {1, 4}, "7");
  t.key({2, 1}, "list");
  t.open(Kind::list, {3, 3});
  t.leaf(Kind::boolean, {3, 5}, "true");
  t.leaf(Kind::text, {4, 5}, "x");
  t.close();
  t.close();
  return t;
}

TEST(Tree, GivesWhatWasFilledInWithItsPlaces) {
  const Tree t = sample();
  EXPECT_EQ(t.nodes(), 5u);
  EXPECT_EQ(t.root().size(), 2u);
  EXPECT_EQ(t.root().find("a").integer(), 7);
  const Tree::Node list = t.root().find("list");
  EXPECT_EQ(list.key_place(), (Place{2, 1}));
  EXPECT_EQ(list.place(), (Place{3, 3}));
  std::string words;
  for (const Tree::Node n : list) words += std::string(n.text()) + '@' + std::to_string(n.place().line) + ' ';
  EXPECT_EQ(words, "true@3 x@4 ");
  EXPECT_TRUE((*list.begin()).truth());
}

TEST(Tree, ANodeThatIsNotThereIsFalseAndEmpty) {
  const Tree t = sample();
  const Tree::Node none = t.root().find("b");
  EXPECT_FALSE(none);
  EXPECT_EQ(none.text(), "");
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.place(), Place{});
  EXPECT_FALSE(none.find("a"));
  EXPECT_FALSE(none.begin() != none.end());
  EXPECT_FALSE(Tree().root());
}

TEST(Tree, ReadsNumbersAsYamlWritesThem) {
  struct {
    Kind kind;
    std::string_view text;
    std::int64_t whole;
    double real;
  } const rows[] = {{Kind::integer, "-5", -5, -5},   {Kind::integer, "+9", 9, 9},   {Kind::integer, "0x1F", 31, 31},
                    {Kind::integer, "0o17", 15, 15}, {Kind::number, "2.5", 2, 2.5}, {Kind::number, "-1e3", -1, -1000}};
  for (const auto& row : rows) {
    Tree t;
    t.leaf(row.kind, {1, 1}, row.text);
    EXPECT_EQ(t.root().integer(), row.whole) << row.text;
    EXPECT_EQ(t.root().number(), row.real) << row.text;
  }
}

TEST(Tree, AFaultNamesFileLineAndColumnWhereItHasThem) {
  EXPECT_EQ(say("a.yaml", {{3, 7}, "wrong; mend it"}), "a.yaml:3:7: wrong; mend it");
  EXPECT_EQ(say("a.yaml", {{}, "too long; cut it"}), "a.yaml: too long; cut it");
}

}  // namespace
}  // namespace pellucid
