// Seal: records as a peer would send them, by OpenSSL's encrypting half and the MACs of our own. For tests.
#pragma once
#include <openssl/evp.h>

#include <vector>

#include "drivers/crypto/openssl/hasher.h"
#include "lib/base/check.h"
#include "lib/crypto/framing.h"
#include "lib/crypto/hmac.h"

namespace pellucid::crypto {

using Octets = std::vector<std::uint8_t>;

// A key that a test made up, and the use of it that an engine is asked to claim.
struct Made {
  Cipher cipher = Cipher::aes128_gcm;
  Version version = Version::tls13;
  Hash mac = Hash::none;
  MacOrder order = MacOrder::mac_then_encrypt;
  Octets key, iv, mac_key;
  KeyUse use() const { return {cipher, version, mac, order, key, iv, mac_key}; }
};
inline Made make_key(Cipher cipher, Version version, Hash mac, MacOrder order, std::uint8_t fill) {
  const Shape s = shape(cipher);
  const bool whole = version == Version::tls13 || cipher == Cipher::chacha20_poly1305;
  Made made{cipher, version, s.kind == Kind::aead ? Hash::none : mac, order, Octets(s.key), Octets(), Octets()};
  for (std::uint8_t& b : made.key) b = fill++;  // three keys of DES that differ
  if (s.kind == Kind::aead) made.iv.assign(whole ? kNonce : s.iv, static_cast<std::uint8_t>(fill ^ 0x5a));
  made.mac_key.assign(hash_size(made.mac), static_cast<std::uint8_t>(fill ^ 0xa5));
  return made;
}

struct Sealed {
  Record record{};
  Octets in;   // what an engine takes as `in`
  Octets tag;  // of AEAD
};

inline Octets crypt(const EVP_CIPHER* how, const Made& made, const std::uint8_t* nonce, Bytes aad, Bytes plain, Octets& tag) {
  EVP_CIPHER_CTX* const ctx = EVP_CIPHER_CTX_new();
  const bool ccm = EVP_CIPHER_get_mode(how) == EVP_CIPH_CCM_MODE;
  Octets out(plain.size() + 32);
  int done = 0, last = 0;
  CHECK(EVP_EncryptInit_ex2(ctx, how, nullptr, nullptr, nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(ctx, 0);
  if (!tag.empty()) EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, kNonce, nullptr);
  if (ccm) EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), nullptr);
  CHECK(EVP_EncryptInit_ex2(ctx, nullptr, made.key.data(), nonce, nullptr) == 1);
  const int size = static_cast<int>(plain.size());
  if (ccm) CHECK(EVP_EncryptUpdate(ctx, nullptr, &done, nullptr, size) == 1);
  if (!tag.empty()) CHECK(EVP_EncryptUpdate(ctx, nullptr, &done, aad.data(), static_cast<int>(aad.size())) == 1);
  done = 0;
  if (ccm || size > 0) CHECK(EVP_EncryptUpdate(ctx, out.data(), &done, size > 0 ? plain.data() : out.data(), size) == 1);
  CHECK(EVP_EncryptFinal_ex(ctx, out.data() + done, &last) == 1);
  if (!tag.empty()) CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
  EVP_CIPHER_CTX_free(ctx);
  out.resize(plain.size());
  return out;
}

inline void seal_aead(const Made& made, Bytes plain, Sealed& out) {
  constexpr const char* kNames[] = {
      "", "AES-128-GCM", "AES-256-GCM", "AES-128-CCM", "AES-256-CCM", "AES-128-CCM", "AES-256-CCM", "ChaCha20-Poly1305"};
  EVP_CIPHER* const how = EVP_CIPHER_fetch(nullptr, kNames[static_cast<unsigned>(made.cipher)], nullptr);
  const Shape s = shape(made.cipher);
  const bool brings = made.version != Version::tls13;
  out.record.length = static_cast<std::uint16_t>(plain.size() + s.tag + (brings ? s.own_nonce : 0));
  std::uint8_t iv[kNonce] = {}, nonce[kNonce];
  std::copy(made.iv.begin(), made.iv.end(), iv);
  nonce_of(made.cipher, made.version, iv, out.record, nonce);
  out.tag.assign(s.tag, 0xee);
  out.in = crypt(how, made, nonce, aad_of(made.cipher, made.version, out.record).view(), plain, out.tag);
  EVP_CIPHER_free(how);
}

inline Octets mac_of(const Made& made, const Record& record, Bytes content) {
  Octets out(hash_size(made.mac));
  const openssl::Hasher hasher;
  Hmac(hasher, made.mac, made.mac_key).make({mac_head(record, content.size()).view(), content}, out);
  return out;
}

inline void seal_mac(const Made& made, Bytes plain, Sealed& out, std::size_t more_padding) {
  const Shape s = shape(made.cipher);
  const auto append = [](Octets& to, const Octets& what) { to.insert(to.end(), what.begin(), what.end()); };
  Octets text(plain.begin(), plain.end());
  if (s.kind == Kind::mac_only || made.order == MacOrder::mac_then_encrypt) append(text, mac_of(made, out.record, plain));
  if (s.kind == Kind::cbc) {
    std::size_t padding = s.block - text.size() % s.block + more_padding * s.block;
    if (padding > 256) padding -= s.block;
    text.insert(text.end(), padding, static_cast<std::uint8_t>(padding - 1));
    const char* const name = s.block == 8 ? "DES-EDE3-CBC" : s.key == 16 ? "AES-128-CBC" : "AES-256-CBC";
    EVP_CIPHER* const how = EVP_CIPHER_fetch(nullptr, name, nullptr);
    Octets none, iv(out.record.nonce, out.record.nonce + s.block);
    text = crypt(how, made, iv.data(), {}, text, none);
    EVP_CIPHER_free(how);
    if (made.version != Version::tls10) text.insert(text.begin(), iv.begin(), iv.end());
    if (made.order == MacOrder::encrypt_then_mac) append(text, mac_of(made, out.record, text));
  }
  out.in = std::move(text);
  out.record.length = static_cast<std::uint16_t>(out.in.size());
}

// `more_padding`: blocks of it beyond the least, for CBC.
inline Sealed seal(const Made& made, std::uint64_t seq, Bytes plain, std::size_t more_padding = 0) {
  Sealed out;
  out.record = {seq, static_cast<std::uint16_t>(made.version == Version::tls10 ? 0x0301 : 0x0303), 0, 23, {}};
  for (unsigned i = 0; i < 16; ++i) out.record.nonce[i] = static_cast<std::uint8_t>(seq * 7 + i);
  if (shape(made.cipher).kind == Kind::aead) {
    seal_aead(made, plain, out);
  } else {
    seal_mac(made, plain, out, more_padding);
  }
  return out;
}

}  // namespace pellucid::crypto
