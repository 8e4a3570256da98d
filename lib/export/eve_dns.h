// The `dns` object (EVE's third form) or the `mdns` object of a record, read again from the raw message. Plain functions of the
// exporter thread.
#pragma once
#include "lib/export/json.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

inline constexpr unsigned kMaxShown = 128;     // resource records of one section that are written
inline constexpr unsigned kMaxQuestions = 16;  // questions that are written

enum class Shown : std::uint8_t { all, some };  // some: the message was broken, or had more than is shown
Shown write_dns(Json& json, const View& v) noexcept;
Shown write_mdns(Json& json, const View& v) noexcept;
// What EVE's `mdns` has no place for: types, lifetimes, and all data but PTR's and TXT's.
void write_mdns_own(Json& json, const View& v) noexcept;

}  // namespace pellucid::exporter
