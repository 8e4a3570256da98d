// compile_policy: a policy's text made into rules and a program, or one line that says why not. Called by control threads and
// verbs; it allocates and takes milliseconds.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lib/policy/diff.h"
#include "lib/policy/program.h"

namespace pellucid::app {

struct CompiledPolicy {
  policy::Rules rules;
  std::unique_ptr<const policy::Program> program;  // null: see problem
  std::string problem;                             // FILE:LINE:COLUMN: what; what to do
};

// The text of a policy file. Empty optional: `problem` says why in one line.
std::optional<std::string> read_policy_file(const std::string& file, std::string& problem);

// `file` is only what the problem calls the text.
CompiledPolicy compile_policy(std::string_view text, std::string_view file, const policy::Context& context,
                              std::uint64_t generation);

// {"schema":1,"changes":[{"change":"changed","where":…,"before":…,"after":…}]}, for --json and for the control API.
nlohmann::json changes_as_json(const std::vector<policy::Difference>& changes);

}  // namespace pellucid::app
