// Authority sets and grants from text, and certificates that only have a name, for tests.
#pragma once
#include <gtest/gtest.h>

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "lib/keys/judge.h"

namespace pellucid::keys {

// A certificate is 64 octets of text or more; its first word names it, its last four are its key.
class TestCms final : public Cms {
 public:
  bool read_certificate(std::string_view pem, Certificate& out, std::string& problem) override {
    if (pem.starts_with("no ")) {
      problem = "this is no certificate in PEM; write one";
      return false;
    }
    out.der = pem;
    out.subject = "CN=" + std::string(pem.substr(0, pem.find(' ')));
    for (std::size_t i = 0; i < 4; ++i) out.key[i] = static_cast<std::uint8_t>(pem[pem.size() - 4 + i]);
    for (std::size_t i = 0; i < 32; ++i) out.print[i] = static_cast<std::uint8_t>(pem[i]);
    return true;
  }
  bool read_signed(std::string_view, std::span<const Certificate>, std::int64_t, Signed&, std::string&) override {
    return false;
  }
};
inline TestCms test_cms;

// A certificate as YAML.
inline std::string certificate(const std::string& name, const std::string& key = "") {
  return name + " " + std::string(64, '.') + (key.empty() ? name : key);
}

inline std::string judged(const char* schema, std::string_view text, Tree& tree, Fault& fault) {
  const schema::Schema rules{schema::text_of(schema)};
  const bool good = yaml::read_yaml(text, yaml::kSmall, tree, fault) && rules.fits(tree, fault);
  return good ? "" : say("f", fault);
}
// Empty, or what is wrong.
inline std::string read(std::string_view text, AuthoritySet& set) {
  Tree tree;
  Fault fault;
  const std::string problem = judged("authority", text, tree, fault);
  if (!problem.empty()) return problem;
  return read_authorities(tree, test_cms, set, fault) ? "" : say("f", fault);
}
inline std::string read(std::string_view text, Grant& grant) {
  Tree tree;
  Fault fault;
  const std::string problem = judged("grant", text, tree, fault);
  if (!problem.empty()) return problem;
  return read_grant(tree, test_cms, grant, fault) ? "" : say("f", fault);
}

inline AuthoritySet set_of(unsigned authorities, unsigned sign, unsigned lift) {
  std::string text = "version: 1\nid: s\ngeneration: 1\nthresholds: {sign: " + std::to_string(sign) +
                     ", override: " + std::to_string(lift) + "}\ncertificates:\n";
  for (unsigned i = 0; i < authorities; ++i) text += "- " + certificate(std::string(1, static_cast<char>('a' + i))) + "\n";
  AuthoritySet set;
  EXPECT_EQ(read(text, set), "");
  return set;
}

// What every grant needs; a test adds the rest.
inline const std::string kHead =
    "version: 1\nid: g1\nissuer: CISO\naudience: [probe-1]\npurpose: fraud\nlegal_basis: {type: order, reference: r}\n";
inline const std::string kTimes = "not_before: 2026-11-22T00:00:00Z\nnot_after: 2026-11-23T00:00:00Z\n";
inline const std::string kPlain = kHead + kTimes + "method: ets\ndepth: headers\nscope: {server_networks: 10.0.0.0/8}\n";

}  // namespace pellucid::keys
