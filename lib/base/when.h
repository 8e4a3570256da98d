// When: moments and spans of time as documents write them: RFC 3339 in UTC with whole seconds, and a number with a unit. Time
// itself is always a parameter. Any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace pellucid {

// 2026-11-22T13:01:01Z and nothing else: no offset, no fraction, no leap second. False: it is none. Seconds since 1970.
bool read_moment(std::string_view text, std::int64_t& seconds) noexcept;
std::string write_moment(std::int64_t seconds);  // years 1970 to 9999; what lies outside is held there

// 90s, 15m, 12h, 30d: at most ten years. False: it is none.
bool read_span(std::string_view text, std::int64_t& seconds) noexcept;
std::string write_span(std::int64_t seconds);  // in the largest unit that divides it

}  // namespace pellucid
