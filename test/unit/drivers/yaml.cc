#include "drivers/conf/yaml/yaml.h"

#include <gtest/gtest.h>

namespace pellucid::yaml {
namespace {

using Kind = Tree::Kind;

std::string refusal(std::string_view text, const Bounds& bounds = kSmall) {
  Tree tree;
  Fault fault;
  if (read_yaml(text, bounds, tree, fault)) return "taken";
  return say("f", fault);
}

Kind kind_of(std::string_view value) {
  Tree tree;
  Fault fault;
  EXPECT_TRUE(read_yaml("v: " + std::string(value), kSmall, tree, fault)) << fault.text;
  return tree.root().find("v").kind();
}

TEST(Yaml, EveryValueAndKeyKnowsItsPlace) {
  Tree tree;
  Fault fault;
  ASSERT_TRUE(read_yaml("version: 1\nrules:\n  - name: \"a b\"\n    ports: [80, 443]\n", kSmall, tree, fault));
  const Tree::Node rule = *tree.root().find("rules").begin();
  EXPECT_EQ(rule.find("name").text(), "a b");
  EXPECT_EQ(rule.find("name").place(), (Place{3, 11}));
  EXPECT_EQ(rule.find("ports").key_place(), (Place{4, 5}));
  EXPECT_EQ((*++rule.find("ports").begin()).integer(), 443);
  EXPECT_EQ((*++rule.find("ports").begin()).place(), (Place{4, 17}));
}

TEST(Yaml, PlainWordsAreWhatTheCoreSchemaSays) {
  EXPECT_EQ(kind_of("true"), Kind::boolean);
  EXPECT_EQ(kind_of("FALSE"), Kind::boolean);
  EXPECT_EQ(kind_of("yes"), Kind::text);
  EXPECT_EQ(kind_of("off"), Kind::text);
  EXPECT_EQ(kind_of("\"true\""), Kind::text);
  EXPECT_EQ(kind_of("017"), Kind::integer);
  EXPECT_EQ(kind_of("0x1f"), Kind::integer);
  EXPECT_EQ(kind_of("-4"), Kind::integer);
  EXPECT_EQ(kind_of("--4"), Kind::text);
  EXPECT_EQ(kind_of("1.5"), Kind::number);
  EXPECT_EQ(kind_of("99999999999999999999"), Kind::number);
  EXPECT_EQ(kind_of("1.2.3.4"), Kind::text);
  EXPECT_EQ(kind_of("12:30"), Kind::text);
  EXPECT_EQ(kind_of("~"), Kind::nothing);
  EXPECT_EQ(kind_of(""), Kind::nothing);
  EXPECT_EQ(kind_of(".inf"), Kind::text);
}

TEST(Yaml, WhatMakesYamlADangerIsRefusedWhereItStands) {
  EXPECT_EQ(refusal("a: &x 1\n"), "f:1:4: anchors (&name) are not taken; leave it out");
  EXPECT_EQ(refusal("a: &x [1]\n"), "f:1:4: anchors (&name) are not taken; leave it out");
  EXPECT_NE(refusal("a: 1\nb: *x\n").find("f:2:4:"), std::string::npos);
  EXPECT_EQ(refusal("a: !int 1\n"), "f:1:4: tags (!name) are not taken; leave it out");
  EXPECT_EQ(refusal("a: !!map {b: 1}\n"), "f:1:4: tags (!name) are not taken; leave it out");
  EXPECT_EQ(refusal("a: 1\nb: 2\na: 3\n"), "f:3:1: the key `a` stands here twice; keep one of them");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "f:2:1: a second document begins here; write one document a file, without ---");
  EXPECT_EQ(refusal("[a, b]: 1\n"), "f:1:1: a list or map cannot be a key; write a word");
  EXPECT_EQ(refusal(": 1\n"), "f:1:1: a key is missing before the colon; write one");
  EXPECT_EQ(refusal("a: \"\\0\"\n"), "f:1:4: an escape makes a control character or no character at all; leave it out");
}

TEST(Yaml, BrokenTextIsRefusedWithItsPlace) {
  EXPECT_EQ(refusal("a: [1, 2\n").substr(0, 4), "f:2:");
  EXPECT_EQ(refusal("a: 1\n b: 2\n").substr(0, 4), "f:2:");
  EXPECT_EQ(refusal("a: \xff\n"), "f:1:4: not text in UTF-8, or a control character; save the file as UTF-8");
  EXPECT_EQ(refusal("a: \xc0\x80\n").substr(0, 6), "f:1:4:");
  EXPECT_EQ(refusal("a: \xed\xa0\x80\n").substr(0, 6), "f:1:4:");
  EXPECT_EQ(refusal(std::string_view("a\0b", 3)).substr(0, 6), "f:1:2:");
  EXPECT_EQ(refusal("name: M\xc3\xbcnchen \xf0\x9f\x90\xa7\n"), "taken");
}

TEST(Yaml, EveryBoundHolds) {
  EXPECT_EQ(refusal("aaaa", {3, 10}), "f: 4 octets, at most 3; make it smaller");
  EXPECT_EQ(refusal("[1, 2, 3]", {100, 4}), "taken");
  EXPECT_EQ(refusal("[1, 2, 3]", {100, 3}), "f:1:8: more than 3 values; make it smaller");
  EXPECT_EQ(refusal(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']')), "taken");
  EXPECT_EQ(refusal(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']')).substr(0, 29),
            "f:1:33: nested deeper than 32");
  EXPECT_NE(refusal(std::string(200'000, '[')), "taken");
  EXPECT_EQ(refusal("a: " + std::string(kMaxScalar, 'x')), "taken");
  EXPECT_NE(refusal("a: " + std::string(kMaxScalar + 1, 'x')).find("shorten"), std::string::npos);
  EXPECT_EQ(refusal(std::string(kMaxKey, 'x') + ": 1"), "taken");
  EXPECT_NE(refusal(std::string(kMaxKey + 1, 'x') + ": 1").find("shorten"), std::string::npos);
}

TEST(Yaml, NothingAtAllIsATreeOfNothing) {
  Tree tree;
  Fault fault;
  ASSERT_TRUE(read_yaml("# only words\n", kSmall, tree, fault));
  EXPECT_TRUE(tree.root().is(Kind::nothing));
}

}  // namespace
}  // namespace pellucid::yaml
