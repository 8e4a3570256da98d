#include "drivers/conf/schema/schema.h"

#include <gtest/gtest.h>

#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"

namespace pellucid::schema {
namespace {

constexpr std::string_view kRules = R"({
  "type": "object", "additionalProperties": false, "required": ["size"],
  "properties": {
    "size": {"type": "integer", "minimum": 1, "maximum": 9, "description": "of the table"},
    "mode": {"enum": ["fast", "slow"]},
    "live": {"type": "boolean"},
    "ports": {"type": "array", "minItems": 2, "items": {"$ref": "#/definitions/port"}},
    "by_name": {"type": "object", "additionalProperties": {"$ref": "#/definitions/port"}}
  },
  "definitions": {"port": {"type": "string", "maxLength": 4, "description": "a port's name"}}
})";

std::string verdict(std::string_view text) {
  Tree tree;
  Fault fault;
  EXPECT_TRUE(yaml::read_yaml(text, yaml::kSmall, tree, fault)) << fault.text;
  return Schema(kRules).fits(tree, fault) ? "fits" : say("f", fault);
}

TEST(Schema, WhatFitsFits) {
  EXPECT_EQ(verdict("size: 9\nmode: fast\nlive: true\nports: [a, bcde]\nby_name: {x: eth0}\n"), "fits");
}

TEST(Schema, AnUnknownKeyIsNamedWhereItStandsWithTheOneThatWasMeant) {
  EXPECT_EQ(verdict("size: 3\nmoed: fast\n"), "f:2:1: unknown key `moed`; did you mean `mode`?");
  EXPECT_EQ(verdict("size: 3\nmode: fast\nelephant: 1\n"),
            "f:3:1: unknown key `elephant`; known here: by_name, live, mode, ports, size");
}

TEST(Schema, EachKindOfFaultIsSaidInWordsAtItsValue) {
  EXPECT_EQ(verdict("mode: fast\n"), "f:1:1: the key `size` is missing; write a number from 1 to 9 (of the table)");
  EXPECT_EQ(verdict("size: 12\n"), "f:1:7: `12` is not allowed; write a number from 1 to 9 (of the table)");
  EXPECT_EQ(verdict("size: two\n"), "f:1:7: `two` is not allowed; write a number from 1 to 9 (of the table)");
  EXPECT_EQ(verdict("size: 1.5\n").substr(0, 6), "f:1:7:");
  EXPECT_EQ(verdict("size: 2\nmode: medium\n"), "f:2:7: `medium` is not allowed; write one of fast, slow");
  EXPECT_EQ(verdict("size: 2\nlive: yes\n"), "f:2:7: `yes` is not allowed; write true or false");
  EXPECT_EQ(verdict("size: 2\nports: a\n"), "f:2:8: `a` is not allowed; write a list");
  EXPECT_EQ(verdict("size: 2\nports: [ab, 7]\n"), "f:2:13: `7` is not allowed; write text (a port's name)");
  EXPECT_EQ(verdict("size: 2\nby_name:\n  x: abcde\n"), "f:3:6: `abcde` is not allowed; write text (a port's name)");
  EXPECT_EQ(verdict("- size\n"), "f:1:1: this is a list; write a map of keys");
  EXPECT_EQ(verdict("size:\n"), "f:1:1: nothing stands here; write a number from 1 to 9 (of the table)");
  EXPECT_EQ(verdict("size: 2\nports: [a]\n").substr(0, 7), "f:2:8: ");
}

TEST(Schema, TheFirstFaultOfTheDocumentIsNamedHoweverManyFollow) {
  std::string text = "size: 3\nports:\n  - ok\n";
  for (int i = 0; i < 50'000; ++i) text += "  - toolong\n";
  EXPECT_EQ(verdict(text).substr(0, 6), "f:4:5:");
}

TEST(Schema, TheProgramsOwnSchemasAreCompiledIn) {
  EXPECT_NE(text_of("policy").find("\"rules\""), std::string_view::npos);
  EXPECT_EQ(text_of("nonsense"), "");
  const Schema policy{text_of("policy")};
  Tree tree;
  Fault fault;
  ASSERT_TRUE(yaml::read_yaml("version: 1\ndefault: {level: count}\n", yaml::kSmall, tree, fault));
  EXPECT_TRUE(policy.fits(tree, fault)) << fault.text;
}

}  // namespace
}  // namespace pellucid::schema
