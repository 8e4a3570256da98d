#include "lib/policy/diff.h"

#include "test/unit/policy/make.h"

namespace pellucid::policy {
namespace {

std::string lines(const std::string& before, const std::string& after) {
  Rules old, now;
  EXPECT_EQ(read("version: 1\n" + before, old), "");
  EXPECT_EQ(read("version: 1\n" + after, now), "");
  std::string out;
  for (const Difference& d : diff(old, now, &kNames)) out += say(d) + '\n';
  return out;
}

constexpr const char* kOld = R"(
default: {level: count}
rules:
- {name: a, level: classify, match: {ports: [80, 443], names: x.example}}
- {name: b, level: ignore, match: {vlan: 5}}
- {name: c, level: metadata, match: {applications: whatsapp}}
)";

TEST(Diff, TheSamePolicyWrittenInAnotherWayIsNoChange) {
  EXPECT_EQ(lines(kOld, kOld), "");
  EXPECT_EQ(lines("default: {level: count}\nrules: [{name: a, level: ignore, match: {ports: [1, 2]}}]\n",
                  "rules:\n- match:\n    ports: [2, 1, 1]\n  level: ignore\n  name: a\ndefault:\n  level: count\n"),
            "");
}

TEST(Diff, EachChangeIsALine) {
  EXPECT_EQ(lines(kOld, R"(
default: {level: metadata, sample: 10}
protect: {categories: health}
rules:
- {name: c, level: metadata, match: {applications: [microsoft, whatsapp]}}
- {name: a, level: metadata, match: {ports: [80, 8443]}}
- {name: d, level: classify, sample: 5, match: {vlan: 6}}
)"),
            "+ protect.categories: Health\n"
            "~ rules[c].match.applications: nothing -> Microsoft\n"
            "~ rules[a]: moved down\n"
            "~ rules[a].level: classify -> metadata\n"
            "~ rules[a].match.ports: 443 -> 8443\n"
            "- rules[a].match.names: x.example\n"
            "+ rules[d]: classify, one in 5\n"
            "~ default.level: count -> metadata\n"
            "~ default.sample: nothing -> 10\n"
            "- rules[b]: ignore\n");
}

TEST(Diff, WhatARuleAsksToBeOpenedIsPartOfIt) {
  const std::string rule = "default: {level: count}\nrules: [{name: a, level: decrypt, match: {names: x.example}";
  EXPECT_EQ(lines(rule + "}]\n", rule + ", open_handshake: true, decrypt: {depth: headers}}]\n"),
            "~ rules[a].decrypt.depth: content -> headers\n"
            "~ rules[a].open_handshake: nothing -> true\n");
}

TEST(Diff, LongListsAreCounted) {
  std::string after = "default: {level: count}\nrules: [{name: a, level: ignore, match: {ports: [1";
  for (int i = 10; i < 30; ++i) after += ", " + std::to_string(i);
  EXPECT_EQ(lines("default: {level: count}\nrules: [{name: a, level: ignore, match: {ports: 1}}]\n", after + "]}}]\n"),
            "~ rules[a].match.ports: nothing -> 10, 11, 12, 13, 14, 15, 16, 17 and 12 more\n");
}

}  // namespace
}  // namespace pellucid::policy
