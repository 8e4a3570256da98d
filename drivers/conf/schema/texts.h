// The JSON Schemas that the program itself needs, compiled in: conf/schema/NAME.schema.json at build time, so that nothing has
// to be found at run time. Immutable, any thread.
#pragma once
#include <string_view>

namespace pellucid::schema {

std::string_view text_of(std::string_view name) noexcept;  // empty: there is none of this name

}  // namespace pellucid::schema
