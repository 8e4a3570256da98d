// What a plain YAML scalar is: the core schema of YAML 1.2 (10.3.2), in which yes, no, on and off are words and nothing else.
// Any thread.
#pragma once
#include "lib/base/tree.h"

namespace pellucid::yaml {

Tree::Kind kind_of_plain(std::string_view text) noexcept;

}  // namespace pellucid::yaml
