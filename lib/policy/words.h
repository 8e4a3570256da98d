// words_of: a match as the lists of words that a policy would write it with, sorted, for people and for comparing. Any thread;
// it allocates.
#pragma once
#include "lib/policy/rules.h"

namespace pellucid::policy {

struct Condition {
  std::string_view key;
  std::vector<std::string> words;  // never empty
};

std::vector<Condition> words_of(const Match& match, const classify::Names* names);

}  // namespace pellucid::policy
