// Version: what differs between the versions of QUIC whose first packets can be read: the salt of their keys, the numbers of
// packet types, the keys that protect a Retry. Constant, any thread.
#pragma once
#include <array>

#include "lib/base/bytes.h"

namespace pellucid::quic {

inline constexpr std::uint32_t kV1 = 0x00000001, kV2 = 0x6b3343cf;
inline constexpr std::uint32_t kFirstDraft = 0xff000016, kLastDraft = 0xff000022;  // 22 … 34

enum class Kind : std::uint8_t { v1, v2, draft, vendor, gquic, negotiation, other, kCount };
inline constexpr std::string_view kKindLabels[] = {"1", "v2", "draft", "vendor", "gquic", "negotiation", "other"};

enum class Frame : std::uint8_t { ietf, google };  // how frames of the first packets are written

using Salt = std::array<std::uint8_t, 20>;
struct RetryKey {
  std::array<std::uint8_t, 16> key;
  std::array<std::uint8_t, 12> nonce;
};

struct Version {
  std::uint32_t number;
  Kind kind;
  Frame frame;
  const Salt* salt;
  const RetryKey* retry;  // null: its Retry is not protected, or not known to be
};

// Null: its packets beyond the header are not read.
const Version* find_version(std::uint32_t number) noexcept;

// Google's versions before the IETF's packets: Q024 … Q046. Their first packets are not encrypted.
constexpr bool is_gquic(std::uint32_t v) noexcept {
  const auto digit = [](std::uint32_t c) { return c >= '0' && c <= '9'; };
  return v >> 24 == 'Q' && (v >> 16 & 0xff) == '0' && digit(v >> 8 & 0xff) && digit(v & 0xff);
}
constexpr bool is_google_tls(std::uint32_t v) noexcept { return v == 0x54303530 || v == 0x54303531; }  // T050, T051
// A version that is kept free so that nobody refuses what he does not know (RFC 9000 15).
constexpr bool is_grease(std::uint32_t v) noexcept { return (v & 0x0f0f0f0f) == 0x0a0a0a0a; }

Kind kind_of(std::uint32_t number) noexcept;  // 0: negotiation

}  // namespace pellucid::quic
