#include "lib/tls/name.h"

#include "lib/tls/suite.h"

namespace pellucid::tls {
namespace {

struct Row {
  std::uint16_t id;
  std::string_view name;
};

constexpr Row kGroups[] = {
    Row{0x0001, "sect163k1"},
    Row{0x0002, "sect163r1"},
    Row{0x0003, "sect163r2"},
    Row{0x0004, "sect193r1"},
    Row{0x0005, "sect193r2"},
    Row{0x0006, "sect233k1"},
    Row{0x0007, "sect233r1"},
    Row{0x0008, "sect239k1"},
    Row{0x0009, "sect283k1"},
    Row{0x000a, "sect283r1"},
    Row{0x000b, "sect409k1"},
    Row{0x000c, "sect409r1"},
    Row{0x000d, "sect571k1"},
    Row{0x000e, "sect571r1"},
    Row{0x000f, "secp160k1"},
    Row{0x0010, "secp160r1"},
    Row{0x0011, "secp160r2"},
    Row{0x0012, "secp192k1"},
    Row{0x0013, "secp192r1"},
    Row{0x0014, "secp224k1"},
    Row{0x0015, "secp224r1"},
    Row{0x0016, "secp256k1"},
    Row{0x0017, "secp256r1"},
    Row{0x0018, "secp384r1"},
    Row{0x0019, "secp521r1"},
    Row{0x001a, "brainpoolP256r1"},
    Row{0x001b, "brainpoolP384r1"},
    Row{0x001c, "brainpoolP512r1"},
    Row{0x001d, "x25519"},
    Row{0x001e, "x448"},
    Row{0x001f, "brainpoolP256r1tls13"},
    Row{0x0020, "brainpoolP384r1tls13"},
    Row{0x0021, "brainpoolP512r1tls13"},
    Row{0x0022, "GC256A"},
    Row{0x0023, "GC256B"},
    Row{0x0024, "GC256C"},
    Row{0x0025, "GC256D"},
    Row{0x0026, "GC512A"},
    Row{0x0027, "GC512B"},
    Row{0x0028, "GC512C"},
    Row{0x0029, "curveSM2"},
    Row{0x0100, "ffdhe2048"},
    Row{0x0101, "ffdhe3072"},
    Row{0x0102, "ffdhe4096"},
    Row{0x0103, "ffdhe6144"},
    Row{0x0104, "ffdhe8192"},
    Row{0x0200, "MLKEM512"},
    Row{0x0201, "MLKEM768"},
    Row{0x0202, "MLKEM1024"},
    Row{0x11eb, "SecP256r1MLKEM768"},
    Row{0x11ec, "X25519MLKEM768"},
    Row{0x11ed, "SecP384r1MLKEM1024"},
    Row{0x11ee, "curveSM2MLKEM768"},
    Row{0x4138, "CECPQ2"},
    Row{0x6399, "X25519Kyber768Draft00"},
    Row{0x639a, "SecP256r1Kyber768Draft00"},
    Row{0xff01, "arbitrary_explicit_prime_curves"},
    Row{0xff02, "arbitrary_explicit_char2_curves"},
};

// Suricata writes all drafts before 16 alike; fb are the numbers of one large site's own drafts.
constexpr Row kVersions[] = {
    Row{0x0002, "SSLv2"},
    Row{0x0100, "DTLS 1.0"},  // as OpenSSL numbered it before 0.9.8f
    Row{0x0300, "SSLv3"},
    Row{0x0301, "TLSv1"},
    Row{0x0302, "TLS 1.1"},
    Row{0x0303, "TLS 1.2"},
    Row{0x0304, "TLS 1.3"},
    Row{0x7f01, "TLS 1.3 draft-<16"},
    Row{0x7f02, "TLS 1.3 draft-<16"},
    Row{0x7f03, "TLS 1.3 draft-<16"},
    Row{0x7f04, "TLS 1.3 draft-<16"},
    Row{0x7f05, "TLS 1.3 draft-<16"},
    Row{0x7f06, "TLS 1.3 draft-<16"},
    Row{0x7f07, "TLS 1.3 draft-<16"},
    Row{0x7f08, "TLS 1.3 draft-<16"},
    Row{0x7f09, "TLS 1.3 draft-<16"},
    Row{0x7f0a, "TLS 1.3 draft-<16"},
    Row{0x7f0b, "TLS 1.3 draft-<16"},
    Row{0x7f0c, "TLS 1.3 draft-<16"},
    Row{0x7f0d, "TLS 1.3 draft-<16"},
    Row{0x7f0e, "TLS 1.3 draft-<16"},
    Row{0x7f0f, "TLS 1.3 draft-<16"},
    Row{0x7f10, "TLS 1.3 draft-16"},
    Row{0x7f11, "TLS 1.3 draft-17"},
    Row{0x7f12, "TLS 1.3 draft-18"},
    Row{0x7f13, "TLS 1.3 draft-19"},
    Row{0x7f14, "TLS 1.3 draft-20"},
    Row{0x7f15, "TLS 1.3 draft-21"},
    Row{0x7f16, "TLS 1.3 draft-22"},
    Row{0x7f17, "TLS 1.3 draft-23"},
    Row{0x7f18, "TLS 1.3 draft-24"},
    Row{0x7f19, "TLS 1.3 draft-25"},
    Row{0x7f1a, "TLS 1.3 draft-26"},
    Row{0x7f1b, "TLS 1.3 draft-27"},
    Row{0x7f1c, "TLS 1.3 draft-28"},
    Row{0xfb14, "TLS 1.3 draft-20-fb"},
    Row{0xfb15, "TLS 1.3 draft-21-fb"},
    Row{0xfb16, "TLS 1.3 draft-22-fb"},
    Row{0xfb17, "TLS 1.3 draft-23-fb"},
    Row{0xfb1a, "TLS 1.3 draft-26-fb"},
    Row{0xfefc, "DTLS 1.3"},
    Row{0xfefd, "DTLS 1.2"},
    Row{0xfeff, "DTLS 1.0"},
};

constexpr Row kAlerts[] = {
    Row{0x0000, "close_notify"},
    Row{0x0001, "end_of_early_data"},
    Row{0x000a, "unexpected_message"},
    Row{0x0014, "bad_record_mac"},
    Row{0x0015, "decryption_failed"},
    Row{0x0016, "record_overflow"},
    Row{0x001e, "decompression_failure"},
    Row{0x0028, "handshake_failure"},
    Row{0x0029, "no_certificate"},
    Row{0x002a, "bad_certificate"},
    Row{0x002b, "unsupported_certificate"},
    Row{0x002c, "certificate_revoked"},
    Row{0x002d, "certificate_expired"},
    Row{0x002e, "certificate_unknown"},
    Row{0x002f, "illegal_parameter"},
    Row{0x0030, "unknown_ca"},
    Row{0x0031, "access_denied"},
    Row{0x0032, "decode_error"},
    Row{0x0033, "decrypt_error"},
    Row{0x0034, "too_many_cids_requested"},
    Row{0x003c, "export_restriction"},
    Row{0x0046, "protocol_version"},
    Row{0x0047, "insufficient_security"},
    Row{0x0050, "internal_error"},
    Row{0x0056, "inappropriate_fallback"},
    Row{0x005a, "user_canceled"},
    Row{0x0064, "no_renegotiation"},
    Row{0x006d, "missing_extension"},
    Row{0x006e, "unsupported_extension"},
    Row{0x006f, "certificate_unobtainable"},
    Row{0x0070, "unrecognized_name"},
    Row{0x0071, "bad_certificate_status_response"},
    Row{0x0072, "bad_certificate_hash_value"},
    Row{0x0073, "unknown_psk_identity"},
    Row{0x0074, "certificate_required"},
    Row{0x0075, "general_error"},
    Row{0x0078, "no_application_protocol"},
    Row{0x0079, "ech_required"},
};

constexpr bool sorted(const auto& rows) noexcept {
  return std::ranges::adjacent_find(rows, std::greater_equal{}, &Row::id) == std::end(rows);
}
static_assert(sorted(kGroups) && sorted(kVersions) && sorted(kAlerts));

constexpr std::string_view find(const auto& rows, std::uint16_t id) noexcept {
  const auto row = std::ranges::lower_bound(rows, id, {}, &std::ranges::range_value_t<decltype(rows)>::id);
  return row != std::end(rows) && row->id == id ? row->name : std::string_view{};
}
static_assert(find(kGroups, 0x11ec) == "X25519MLKEM768" && find(kSuites, 0xc02f) == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
static_assert(find(kVersions, 0x0301) == "TLSv1" && find(kVersions, 0x0305).empty());

}  // namespace

std::string_view suite_name(std::uint16_t suite) noexcept { return find(kSuites, suite); }
std::string_view group_name(std::uint16_t group) noexcept { return find(kGroups, group); }
std::string_view version_name(std::uint16_t version) noexcept { return find(kVersions, version); }
std::string_view alert_name(std::uint8_t description) noexcept { return find(kAlerts, description); }

bool has_curve(std::uint16_t suite) noexcept {
  const std::string_view name = suite_name(suite);
  if (name.starts_with("TLS_ECDHE_PSK_")) return false;
  return name.starts_with("TLS_ECDHE_") || name.starts_with("TLS_ECDH_anon_");
}

bool hides_nothing(std::uint16_t suite) noexcept {
  return suite == 0xc0b4 || suite == 0xc0b5 || suite_name(suite).find("WITH_NULL_") != std::string_view::npos;
}

}  // namespace pellucid::tls
