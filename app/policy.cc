#include "app/policy.h"

#include "app/file.h"
#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"

namespace pellucid::app {

std::optional<std::string> read_policy_file(const std::string& file, std::string& problem) {
  return read_file(file, {yaml::kLarge.bytes, "a policy file"}, problem);
}

CompiledPolicy compile_policy(std::string_view text, std::string_view file, const policy::Context& context,
                              std::uint64_t generation) {
  CompiledPolicy out;
  Tree tree;
  Fault fault;
  const schema::Schema schema{schema::text_of("policy")};
  const bool good = yaml::read_yaml(text, yaml::kLarge, tree, fault) && schema.fits(tree, fault) &&
                    policy::read_rules(tree, context, out.rules, fault);
  if (good) {
    out.program = std::make_unique<const policy::Program>(out.rules, context, generation);
  } else {
    out.problem = say(file, fault);
  }
  return out;
}

nlohmann::json changes_as_json(const std::vector<policy::Difference>& changes) {
  nlohmann::json list = nlohmann::json::array();
  for (const policy::Difference& d : changes) {
    nlohmann::json one{{"change", policy::kChangeLabels[static_cast<std::size_t>(d.change)]}, {"where", d.where}};
    if (!d.before.empty()) one["before"] = d.before;
    if (!d.after.empty()) one["after"] = d.after;
    list.push_back(std::move(one));
  }
  return {{"schema", 1}, {"changes", std::move(list)}};
}

}  // namespace pellucid::app
