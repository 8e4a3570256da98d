// diff: what changes when one policy takes another's place, rule by rule, in words. Any thread; it allocates.
#pragma once
#include "lib/policy/rules.h"

namespace pellucid::policy {

enum class Change : std::uint8_t { added, removed, changed, moved };
inline constexpr std::string_view kChangeLabels[] = {"added", "removed", "changed", "moved"};
inline constexpr std::string_view kChangeSigns[] = {"+", "-", "~", "~"};

struct Difference {
  Change change;
  std::string where;   // default.level, rules[bank].match.names, protect.networks
  std::string before;  // empty where there was nothing
  std::string after;   // of lists: what went, what came
};

// In the order of the new policy; what was removed stands at the end. Names of applications are taken from `names`, which may
// be null. Empty: no flow would be treated differently.
std::vector<Difference> diff(const Rules& before, const Rules& after, const classify::Names* names);

// One line for a person: ~ rules[bank].level: classify -> metadata
std::string say(const Difference& difference);

}  // namespace pellucid::policy
