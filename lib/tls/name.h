// Name: the names of TLS numbers, for records: IANA's for suites and groups, RFC 8446's for alerts, Suricata EVE's for
// versions. An empty view means that the number has no name. Constants, any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace pellucid::tls {

std::string_view suite_name(std::uint16_t suite) noexcept;
std::string_view group_name(std::uint16_t group) noexcept;
std::string_view version_name(std::uint16_t version) noexcept;   // `TLS 1.3`, `TLSv1`, `TLS 1.3 draft-18`
std::string_view alert_name(std::uint8_t description) noexcept;  // `handshake_failure`

// Whether a ServerKeyExchange under this suite begins with a curve (RFC 8422 5.4); a PSK hint stands first in others.
bool has_curve(std::uint16_t suite) noexcept;
bool hides_nothing(std::uint16_t suite) noexcept;  // it has integrity at most (RFC 5246 A.5, RFC 9150)

}  // namespace pellucid::tls
