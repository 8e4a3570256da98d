// Suites: what the cipher suites of TLS ask of an engine and of a key schedule; those that are not listed cannot be read. Their
// names stand elsewhere. Constants, any thread.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>

#include "lib/crypto/hasher.h"

namespace pellucid::crypto {

enum class Cipher : std::uint8_t {
  null,  // RFC 5246 6.2.3.1: a MAC, and nothing hidden
  aes128_gcm,
  aes256_gcm,
  aes128_ccm,
  aes256_ccm,
  aes128_ccm8,
  aes256_ccm8,
  chacha20_poly1305,
  aes128_cbc,
  aes256_cbc,
  des3_cbc,
};

enum class Kind : std::uint8_t { mac_only, aead, cbc };

// Sizes in octets.
struct Shape {
  Kind kind;
  std::uint8_t key;
  std::uint8_t iv;         // what the key block of TLS 1.2 gives; always 12 in TLS 1.3, a block in TLS 1.0
  std::uint8_t own_nonce;  // what each record of TLS 1.2 brings of its nonce
  std::uint8_t tag;
  std::uint8_t block;
};
constexpr Shape shape(Cipher cipher) noexcept {
  switch (cipher) {
    case Cipher::null:
      return {Kind::mac_only, 0, 0, 0, 0, 0};
    case Cipher::aes128_gcm:
    case Cipher::aes128_ccm:
      return {Kind::aead, 16, 4, 8, 16, 0};
    case Cipher::aes256_gcm:
    case Cipher::aes256_ccm:
      return {Kind::aead, 32, 4, 8, 16, 0};
    case Cipher::aes128_ccm8:
      return {Kind::aead, 16, 4, 8, 8, 0};
    case Cipher::aes256_ccm8:
      return {Kind::aead, 32, 4, 8, 8, 0};
    case Cipher::chacha20_poly1305:
      return {Kind::aead, 32, 12, 0, 16, 0};
    case Cipher::aes128_cbc:
      return {Kind::cbc, 16, 0, 16, 0, 16};
    case Cipher::aes256_cbc:
      return {Kind::cbc, 32, 0, 16, 0, 16};
    case Cipher::des3_cbc:
      return {Kind::cbc, 24, 0, 8, 0, 8};
  }
  return {};
}
// Whether an engine takes its records piece by piece; others come whole.
constexpr bool in_pieces(Cipher cipher) noexcept {
  return cipher == Cipher::aes128_gcm || cipher == Cipher::aes256_gcm || cipher == Cipher::chacha20_poly1305;
}

// Where a suite's first secret comes from.
enum class Exchange : std::uint8_t { tls13, rsa, dhe, ecdhe, dh, ecdh, psk, dhe_psk, ecdhe_psk, rsa_psk };

struct Suite {
  std::uint16_t id;
  Exchange exchange;
  Cipher cipher;
  Hash mac;  // none: the cipher has its own tag
  Hash prf;  // of TLS 1.2 and 1.3; before them it is Hash::md5_sha1
};
inline constexpr Suite kSuites[] = {
    Suite{0x0001, Exchange::rsa, Cipher::null, Hash::md5, Hash::sha256},
    Suite{0x0002, Exchange::rsa, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0x000a, Exchange::rsa, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x000d, Exchange::dh, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0010, Exchange::dh, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0013, Exchange::dhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0016, Exchange::dhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x001b, Exchange::dhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x002c, Exchange::psk, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0x002d, Exchange::dhe_psk, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0x002e, Exchange::rsa_psk, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0x002f, Exchange::rsa, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0030, Exchange::dh, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0031, Exchange::dh, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0032, Exchange::dhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0033, Exchange::dhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0034, Exchange::dhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0035, Exchange::rsa, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0036, Exchange::dh, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0037, Exchange::dh, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0038, Exchange::dhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0039, Exchange::dhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x003a, Exchange::dhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x003b, Exchange::rsa, Cipher::null, Hash::sha256, Hash::sha256},
    Suite{0x003c, Exchange::rsa, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x003d, Exchange::rsa, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x003e, Exchange::dh, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x003f, Exchange::dh, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x0040, Exchange::dhe, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x0067, Exchange::dhe, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x0068, Exchange::dh, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x0069, Exchange::dh, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x006a, Exchange::dhe, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x006b, Exchange::dhe, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x006c, Exchange::dhe, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x006d, Exchange::dhe, Cipher::aes256_cbc, Hash::sha256, Hash::sha256},
    Suite{0x008b, Exchange::psk, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x008c, Exchange::psk, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x008d, Exchange::psk, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x008f, Exchange::dhe_psk, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0090, Exchange::dhe_psk, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0091, Exchange::dhe_psk, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0093, Exchange::rsa_psk, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0094, Exchange::rsa_psk, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0x0095, Exchange::rsa_psk, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0x009c, Exchange::rsa, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x009d, Exchange::rsa, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x009e, Exchange::dhe, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x009f, Exchange::dhe, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00a0, Exchange::dh, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00a1, Exchange::dh, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00a2, Exchange::dhe, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00a3, Exchange::dhe, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00a4, Exchange::dh, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00a5, Exchange::dh, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00a6, Exchange::dhe, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00a7, Exchange::dhe, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00a8, Exchange::psk, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00a9, Exchange::psk, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00aa, Exchange::dhe_psk, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00ab, Exchange::dhe_psk, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00ac, Exchange::rsa_psk, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x00ad, Exchange::rsa_psk, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x00ae, Exchange::psk, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x00af, Exchange::psk, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0x00b0, Exchange::psk, Cipher::null, Hash::sha256, Hash::sha256},
    Suite{0x00b1, Exchange::psk, Cipher::null, Hash::sha384, Hash::sha384},
    Suite{0x00b2, Exchange::dhe_psk, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x00b3, Exchange::dhe_psk, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0x00b4, Exchange::dhe_psk, Cipher::null, Hash::sha256, Hash::sha256},
    Suite{0x00b5, Exchange::dhe_psk, Cipher::null, Hash::sha384, Hash::sha384},
    Suite{0x00b6, Exchange::rsa_psk, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0x00b7, Exchange::rsa_psk, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0x00b8, Exchange::rsa_psk, Cipher::null, Hash::sha256, Hash::sha256},
    Suite{0x00b9, Exchange::rsa_psk, Cipher::null, Hash::sha384, Hash::sha384},
    Suite{0x1301, Exchange::tls13, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0x1302, Exchange::tls13, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0x1303, Exchange::tls13, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0x1304, Exchange::tls13, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0x1305, Exchange::tls13, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc001, Exchange::ecdh, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc003, Exchange::ecdh, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc004, Exchange::ecdh, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc005, Exchange::ecdh, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc006, Exchange::ecdhe, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc008, Exchange::ecdhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc009, Exchange::ecdhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc00a, Exchange::ecdhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc00b, Exchange::ecdh, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc00d, Exchange::ecdh, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc00e, Exchange::ecdh, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc00f, Exchange::ecdh, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc010, Exchange::ecdhe, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc012, Exchange::ecdhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc013, Exchange::ecdhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc014, Exchange::ecdhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc015, Exchange::ecdhe, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc017, Exchange::ecdhe, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc018, Exchange::ecdhe, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc019, Exchange::ecdhe, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc023, Exchange::ecdhe, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0xc024, Exchange::ecdhe, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0xc025, Exchange::ecdh, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0xc026, Exchange::ecdh, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0xc027, Exchange::ecdhe, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0xc028, Exchange::ecdhe, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0xc029, Exchange::ecdh, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0xc02a, Exchange::ecdh, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0xc02b, Exchange::ecdhe, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0xc02c, Exchange::ecdhe, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0xc02d, Exchange::ecdh, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0xc02e, Exchange::ecdh, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0xc02f, Exchange::ecdhe, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0xc030, Exchange::ecdhe, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0xc031, Exchange::ecdh, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0xc032, Exchange::ecdh, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0xc034, Exchange::ecdhe_psk, Cipher::des3_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc035, Exchange::ecdhe_psk, Cipher::aes128_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc036, Exchange::ecdhe_psk, Cipher::aes256_cbc, Hash::sha1, Hash::sha256},
    Suite{0xc037, Exchange::ecdhe_psk, Cipher::aes128_cbc, Hash::sha256, Hash::sha256},
    Suite{0xc038, Exchange::ecdhe_psk, Cipher::aes256_cbc, Hash::sha384, Hash::sha384},
    Suite{0xc039, Exchange::ecdhe_psk, Cipher::null, Hash::sha1, Hash::sha256},
    Suite{0xc03a, Exchange::ecdhe_psk, Cipher::null, Hash::sha256, Hash::sha256},
    Suite{0xc03b, Exchange::ecdhe_psk, Cipher::null, Hash::sha384, Hash::sha384},
    Suite{0xc09c, Exchange::rsa, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0xc09d, Exchange::rsa, Cipher::aes256_ccm, Hash::none, Hash::sha256},
    Suite{0xc09e, Exchange::dhe, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0xc09f, Exchange::dhe, Cipher::aes256_ccm, Hash::none, Hash::sha256},
    Suite{0xc0a0, Exchange::rsa, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0a1, Exchange::rsa, Cipher::aes256_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0a2, Exchange::dhe, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0a3, Exchange::dhe, Cipher::aes256_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0a4, Exchange::psk, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0xc0a5, Exchange::psk, Cipher::aes256_ccm, Hash::none, Hash::sha256},
    Suite{0xc0a6, Exchange::dhe_psk, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0xc0a7, Exchange::dhe_psk, Cipher::aes256_ccm, Hash::none, Hash::sha256},
    Suite{0xc0a8, Exchange::psk, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0a9, Exchange::psk, Cipher::aes256_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0aa, Exchange::dhe_psk, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0ab, Exchange::dhe_psk, Cipher::aes256_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0ac, Exchange::ecdhe, Cipher::aes128_ccm, Hash::none, Hash::sha256},
    Suite{0xc0ad, Exchange::ecdhe, Cipher::aes256_ccm, Hash::none, Hash::sha256},
    Suite{0xc0ae, Exchange::ecdhe, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xc0af, Exchange::ecdhe, Cipher::aes256_ccm8, Hash::none, Hash::sha256},
    Suite{0xcca8, Exchange::ecdhe, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xcca9, Exchange::ecdhe, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xccaa, Exchange::dhe, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xccab, Exchange::psk, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xccac, Exchange::ecdhe_psk, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xccad, Exchange::dhe_psk, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xccae, Exchange::rsa_psk, Cipher::chacha20_poly1305, Hash::none, Hash::sha256},
    Suite{0xd001, Exchange::ecdhe_psk, Cipher::aes128_gcm, Hash::none, Hash::sha256},
    Suite{0xd002, Exchange::ecdhe_psk, Cipher::aes256_gcm, Hash::none, Hash::sha384},
    Suite{0xd003, Exchange::ecdhe_psk, Cipher::aes128_ccm8, Hash::none, Hash::sha256},
    Suite{0xd005, Exchange::ecdhe_psk, Cipher::aes128_ccm, Hash::none, Hash::sha256},
};

// The suite, or nullptr.
constexpr const Suite* find_suite(std::uint16_t id) noexcept {
  const Suite* const found = std::ranges::lower_bound(kSuites, id, {}, &Suite::id);
  return found != std::end(kSuites) && found->id == id ? found : nullptr;
}
static_assert(std::ranges::is_sorted(kSuites, std::less<>{}, &Suite::id));

}  // namespace pellucid::crypto
