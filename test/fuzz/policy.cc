// Policy text → rules → program → verdicts: whatever a text says, it is refused with words or judges every flow within bounds,
// and one that is compared with itself has not changed.
#include <memory>

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/policy/diff.h"
#include "lib/policy/program.h"

namespace {

using namespace pellucid;
using policy::Known;

void judge(const policy::Program& program, policy::Desk& desk, std::string_view name) {
  net::Key key{};
  key.family = 4;
  for (unsigned i = 0; i < 64; ++i) {
    key.a[0] = static_cast<std::uint8_t>(i * 10);
    key.proto = i % 2 == 0 ? net::kProtoTcp : net::kProtoUdp;
    key.port_b = static_cast<std::uint16_t>(i * 7);
    key.space = i % 5;
    policy::Facts facts;
    facts.key = &key;
    facts.hash = i * std::uint64_t{0x1234'5678'9abc'def1};
    facts.name = name;
    facts.name_known = (i & 4) != 0 ? Known::settled : Known::not_yet;
    facts.app_known = (i & 8) != 0 ? Known::settled : Known::not_yet;
    facts.content_known = (i & 16) != 0 ? Known::settled : Known::not_yet;
    const policy::Verdict v = program.judge(facts, desk);
    CHECK(v.rule <= program.rules() && !program.name_of(v.rule).empty());
    CHECK(v.shows <= v.reads && v.shows <= program.most());
    CHECK(v.sample == 1 || v.sample >= 2);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const schema::Schema kSchema{schema::text_of("policy")};
  static const auto desk = std::make_unique<policy::Desk>();
  const std::string_view text = as_text(Bytes{data, size});
  Tree tree;
  Fault fault;
  if (!yaml::read_yaml(text, {16384, 2000}, tree, fault) || !kSchema.fits(tree, fault)) return 0;
  const policy::Context context;
  policy::Rules rules;
  if (!policy::read_rules(tree, context, rules, fault)) {
    CHECK(!fault.text.empty() && fault.place.line != 0);
    return 0;
  }
  const policy::Program program(rules, context, 1);
  judge(program, *desk, text.substr(0, 300));
  judge(program, *desk, "www.example.com");
  CHECK(policy::diff(rules, rules, nullptr).empty());
  static_cast<void>(policy::diff(rules, {}, nullptr));
  return 0;
}
