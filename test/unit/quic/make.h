// Packets of QUIC as tests write them: Initials sealed with their real keys. Any thread.
#pragma once
#include <openssl/evp.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "drivers/crypto/openssl/aes128.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/base/check.h"
#include "lib/quic/initial.h"
#include "test/unit/crypto/hex.h"

namespace pellucid::quic {

using Octets = std::vector<std::uint8_t>;

inline void append(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }
inline void append_number(Octets& to, std::uint64_t v, unsigned octets) {
  for (unsigned i = octets; i > 0; --i) to.push_back(static_cast<std::uint8_t>(v >> (8 * (i - 1))));
}
inline void append_varint(Octets& to, std::uint64_t v) {
  const unsigned form = v < 64 ? 0 : v < 16384 ? 1 : v < (1u << 30) ? 2 : 3;
  append_number(to, v | std::uint64_t{form} << ((8u << form) - 2), 1u << form);
}

inline Octets crypto_frame(std::uint64_t offset, Bytes data, std::uint8_t type = 6) {
  Octets out{type};
  append_varint(out, offset);
  append_varint(out, data.size());
  append(out, data);
  return out;
}

struct Made {  // what an Initial is made of
  std::uint32_t version = kV1;
  End sender = End::client;
  Octets origin = {};  // what its keys are made of
  Octets dcid = {}, scid = {}, token = {};
  std::uint32_t number = 0;
  unsigned number_size = 2;
  std::size_t least = 0;  // octets of the packet, by padding
  std::uint8_t type = 0;  // 0 Initial, 1 0-RTT, 2 Handshake, as version 1 numbers them
};

inline Octets long_header(const Made& m, std::uint8_t low) {
  const std::uint8_t type = m.version == kV2 ? (m.type + 1) & 3 : m.type;
  Octets out{static_cast<std::uint8_t>(0xc0 | type << 4 | low)};
  append_number(out, m.version, 4);
  for (const Octets* id : {&m.dcid, &m.scid}) {
    out.push_back(static_cast<std::uint8_t>(id->size()));
    append(out, *id);
  }
  return out;
}

inline Octets gcm(Bytes key, Bytes nonce, Bytes also, Bytes text) {  // … with the tag behind it
  EVP_CIPHER_CTX* const c = EVP_CIPHER_CTX_new();
  Octets out(text.size() + crypto::kGcmTag);
  int size = 0;
  CHECK(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()) == 1);
  CHECK(EVP_EncryptUpdate(c, nullptr, &size, also.data(), static_cast<int>(also.size())) == 1);
  if (!text.empty()) CHECK(EVP_EncryptUpdate(c, out.data(), &size, text.data(), static_cast<int>(text.size())) == 1);
  std::uint8_t none[16];
  CHECK(EVP_EncryptFinal_ex(c, none, &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, crypto::kGcmTag, out.data() + text.size()) == 1);
  EVP_CIPHER_CTX_free(c);
  return out;
}

inline Octets seal(const Made& m, Octets payload) {
  static const openssl::Hasher hasher;
  static const auto aes = openssl::make_aes128();
  Octets head = long_header(m, static_cast<std::uint8_t>(m.number_size - 1));
  if (m.type == 0) {
    append_varint(head, m.token.size());
    append(head, m.token);
  }
  const std::size_t rest = m.number_size + payload.size() + crypto::kGcmTag;
  std::size_t pad = head.size() + 2 + rest < m.least ? m.least - head.size() - 2 - rest : 0;
  if (payload.size() < 4) pad = std::max<std::size_t>(pad, 4 - payload.size());
  payload.resize(payload.size() + pad);
  append_number(head, (rest + pad) | 0x4000, 2);
  const std::size_t at = head.size();
  append_number(head, m.number, m.number_size);
  Keys keys;
  derive(hasher, *find_version(m.version), m.origin, m.sender, keys);
  Octets nonce(keys.iv, keys.iv + sizeof keys.iv);
  for (unsigned i = 0; i < 4; ++i) nonce[8 + i] ^= static_cast<std::uint8_t>(m.number >> (24 - 8 * i));
  Octets out = head;
  append(out, gcm(keys.key, nonce, head, payload));
  std::uint8_t mask[16];
  aes->block(keys.mask, Bytes(out).subspan(at + 4, 16), mask);
  out[0] ^= mask[0] & 0x0f;
  for (unsigned i = 0; i < m.number_size; ++i) out[at + i] ^= mask[1 + i];
  return out;
}

inline Octets retry(const Made& m, Bytes origin) {  // its token is m's
  Octets out = long_header(Made{.version = m.version, .dcid = m.dcid, .scid = m.scid, .type = 3}, 0);
  append(out, m.token);
  Octets also{static_cast<std::uint8_t>(origin.size())};
  append(also, origin);
  append(also, out);
  const RetryKey& key = *find_version(m.version)->retry;
  append(out, gcm(key.key, key.nonce, also, {}));
  return out;
}

}  // namespace pellucid::quic
