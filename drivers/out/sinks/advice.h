// trouble_of and advice_of: what an error of the system means for a sink, in one word for metrics and one line for a person.
// Plain functions, any thread.
#pragma once
#include <string>

#include "lib/export/target.h"

namespace pellucid::sinks {

exporter::Loss trouble_of(int error) noexcept;
// "cannot write FILE: No space left on device; free some space or …".
std::string sentence(std::string_view what, std::string_view where, int error);

}  // namespace pellucid::sinks
