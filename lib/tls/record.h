// Record: the outermost framing of TLS (RFC 8446 5.1) and of SSLv2's hello, and whether unknown bytes are either. Pure
// functions over the caller's bytes, any thread.
#pragma once
#include "lib/base/cursor.h"
#include "lib/base/probe.h"
#include "lib/base/result.h"

namespace pellucid::tls {

enum class Content : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24
};

inline constexpr std::size_t kRecordHead = 5;
inline constexpr std::size_t kMaxRecord = 16384 + 2048;    // RFC 5246 6.2.3; TLS 1.3 allows less
inline constexpr std::size_t kV2Head = 2;                  // SSLv2's two-octet header
inline constexpr std::uint32_t kMaxClientHello = 1 << 17;  // longer announcements are not believed

struct RecordHead {
  Content type;
  std::uint16_t version;
  std::uint16_t length;  // of what follows
};

// SSL 3.0 to TLS 1.3; Err::more when fewer than five octets are there, Err::not_mine when they are no header.
Result<RecordHead> read_record_head(Bytes bytes) noexcept;

// The length of an SSLv2 record with a two-octet header (RFC 5246 E.2), or 0.
constexpr std::uint16_t v2_length(std::uint8_t first, std::uint8_t second) noexcept {
  return (first & 0x80) == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(((first & 0x7f) << 8) | second);
}

// `first`: the first bytes of a direction, or those of any later segment (TLS may begin after STARTTLS or CONNECT). Yes for a
// ClientHello or ServerHello whose fields fit each other, an SSLv2 hello likewise, or a clear alert; random bytes give no.
Probe probe(Bytes first) noexcept;

}  // namespace pellucid::tls
