#include "lib/crypto/framing.h"

#include <cstring>

namespace pellucid::crypto {

Err judge_use(const KeyUse& use) noexcept {
  const Shape s = shape(use.cipher);
  const bool nonce_is_whole = use.version == Version::tls13 || use.cipher == Cipher::chacha20_poly1305;
  const std::size_t iv = s.kind != Kind::aead ? 0 : nonce_is_whole ? kNonce : s.iv;
  if (use.key.size() != s.key || use.iv.size() != iv) return Err::bad_length;
  if (s.kind == Kind::aead) return use.version < Version::tls12 ? Err::unsupported : Err::none;
  if (use.version == Version::tls13 || use.mac == Hash::none || use.mac == Hash::md5_sha1) return Err::unsupported;
  return use.mac_key.size() == hash_size(use.mac) ? Err::none : Err::bad_length;
}

Aad mac_head(const Record& record, std::size_t size) noexcept {
  Aad out{{}, 13};
  for (unsigned i = 0; i < 8; ++i) out.bytes[i] = static_cast<std::uint8_t>(record.seq >> (56 - 8 * i));
  out.bytes[8] = record.type;
  out.bytes[9] = static_cast<std::uint8_t>(record.version >> 8);
  out.bytes[10] = static_cast<std::uint8_t>(record.version);
  out.bytes[11] = static_cast<std::uint8_t>(size >> 8);
  out.bytes[12] = static_cast<std::uint8_t>(size);
  return out;
}

Aad aad_of(Cipher cipher, Version version, const Record& record) noexcept {
  const Shape s = shape(cipher);
  if (version != Version::tls13) {
    const unsigned around = s.own_nonce + s.tag;
    return mac_head(record, record.length > around ? record.length - around : 0);
  }
  return {{record.type, static_cast<std::uint8_t>(record.version >> 8), static_cast<std::uint8_t>(record.version),
           static_cast<std::uint8_t>(record.length >> 8), static_cast<std::uint8_t>(record.length)},
          5};
}

void nonce_of(Cipher cipher, Version version, const std::uint8_t (&iv)[kNonce], const Record& record,
              std::uint8_t (&out)[kNonce]) noexcept {
  std::memcpy(out, iv, kNonce);
  if (version != Version::tls13 && cipher != Cipher::chacha20_poly1305) {
    std::memcpy(out + 4, record.nonce, 8);
    return;
  }
  for (unsigned i = 0; i < 8; ++i) out[4 + i] ^= static_cast<std::uint8_t>(record.seq >> (56 - 8 * i));
}

Result<std::size_t> without_padding(Bytes plain) noexcept {
  if (plain.empty()) return Err::bad_value;
  const std::size_t padding = plain.back();
  if (padding + 1 > plain.size()) return Err::bad_value;
  for (const std::uint8_t b : plain.last(padding + 1)) {
    if (b != padding) return Err::bad_value;
  }
  return plain.size() - padding - 1;
}

}  // namespace pellucid::crypto
