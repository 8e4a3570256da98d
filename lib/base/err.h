// Err: every way in which input can be refused; each value owns one metric label. A value type, any thread.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace pellucid {

enum class Err : std::uint8_t {
  none,
  more,         // a stream has not brought enough bytes yet; shortage is not malice
  truncated,    // a datagram, header or file ends before what it announces
  too_long,     // a length is above the limit that its format or LIMITS.md sets
  bad_length,   // a length contradicts the structure around it
  bad_version,  // a version that the format does not know
  bad_type,     // a type or code that is not allowed here
  bad_value,    // a field whose value cannot be
  bad_order,    // a message that cannot come at this moment
  bad_name,     // a name that cannot be read (compression loop, label too long)
  unsupported,  // understood, but not read by this version
  not_mine,     // the bytes are of another protocol
  full,         // a table, pool or queue is at its limit
  lost,         // bytes went missing on the wire
  io,           // the outside world failed
  kCount,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Err::kCount)> kErrLabels{
    "none",      "more",     "truncated",   "too_long", "bad_length", "bad_version", "bad_type", "bad_value",
    "bad_order", "bad_name", "unsupported", "not_mine", "full",       "lost",        "io"};

constexpr std::string_view label(Err e) noexcept { return kErrLabels[static_cast<std::size_t>(e)]; }

}  // namespace pellucid
