#include "drivers/crypto/openssl/engine.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <openssl/err.h>

#include "drivers/crypto/openssl/handle.h"
#include "drivers/crypto/openssl/hasher.h"
#include "lib/crypto/framing.h"
#include "lib/crypto/hmac.h"

namespace pellucid::openssl {
namespace {

using crypto::Cipher;
using crypto::Kind;
using crypto::Piece;
using crypto::Slot;
using crypto::Status;
using CipherHandle = std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>>;
using CipherCtx = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;

constexpr unsigned kCiphers = static_cast<unsigned>(Cipher::des3_cbc) + 1;
constexpr const char* kNames[kCiphers] = {nullptr,       "AES-128-GCM", "AES-256-GCM", "AES-128-CCM",
                                          "AES-256-CCM", "AES-128-CCM", "AES-256-CCM", "ChaCha20-Poly1305",
                                          "AES-128-CBC", "AES-256-CBC", "DES-EDE3-CBC"};

struct Keyed {
  CipherCtx ctx;
  std::optional<crypto::Hmac> mac;
  Cipher cipher = Cipher::null;
  crypto::Version version = crypto::Version::tls13;
  crypto::MacOrder order = crypto::MacOrder::mac_then_encrypt;
  std::uint8_t iv[crypto::kNonce] = {};
  std::uint32_t generation = 0;
  bool live = false;
  bool in_record = false;
};

int as_int(std::size_t size) noexcept { return static_cast<int>(size); }

// OpenSSL takes a null pointer for another wish than an empty text.
const std::uint8_t* never_null(Bytes bytes) noexcept {
  static constexpr std::uint8_t kNothing = 0;
  return bytes.empty() ? &kNothing : bytes.data();
}

bool is_ccm(Cipher c) noexcept { return crypto::shape(c).kind == Kind::aead && !crypto::in_pieces(c); }

class Engine final : public crypto::Engine {
 public:
  explicit Engine(std::uint32_t slots) : keys_(slots) {
    free_.reserve(slots);
    for (std::uint32_t i = slots; i-- > 0;) free_.push_back(i);
    for (unsigned i = 1; i < kCiphers; ++i) ciphers_[i].reset(EVP_CIPHER_fetch(nullptr, kNames[i], nullptr));
  }
  bool ready() const noexcept {
    return std::all_of(ciphers_.begin() + 1, ciphers_.end(), [](const CipherHandle& c) { return c != nullptr; });
  }

  Result<Slot> claim(const crypto::KeyUse& use) noexcept override {
    if (const Err err = crypto::judge_use(use); err != Err::none) return err;
    if (free_.empty()) return Err::full;
    Keyed& k = keys_[free_.back()];
    k.ctx.reset();
    if (use.cipher != Cipher::null && !prepare(k, use)) return Err::full;
    if (use.mac != crypto::Hash::none) k.mac.emplace(hasher_, use.mac, use.mac_key);
    k.cipher = use.cipher;
    k.version = use.version;
    k.order = use.order;
    std::copy(use.iv.begin(), use.iv.end(), k.iv);
    k.live = true;
    k.in_record = false;
    const Slot slot{free_.back(), ++k.generation};
    free_.pop_back();
    return slot;
  }

  void drop(Slot slot) noexcept override {
    Keyed* const k = find(slot);
    if (k == nullptr) return;
    k->ctx.reset();  // OpenSSL wipes what it frees
    k->mac.reset();
    wipe(k->iv);
    k->live = false;
    free_.push_back(slot.index);
  }

  void open(std::span<Piece> pieces) noexcept override {
    for (Piece& p : pieces) {
      p.size = 0;
      Keyed* const k = find(p.slot);
      p.status = k == nullptr ? Status::no_key : open(*k, p);
    }
    ERR_clear_error();
  }

 private:
  bool prepare(Keyed& k, const crypto::KeyUse& use) noexcept {
    k.ctx.reset(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX* const ctx = k.ctx.get();
    const EVP_CIPHER* const how = ciphers_[static_cast<unsigned>(use.cipher)].get();
    if (ctx == nullptr || EVP_DecryptInit_ex2(ctx, how, nullptr, nullptr, nullptr) != 1) return false;
    const crypto::Shape s = crypto::shape(use.cipher);
    if (s.kind == Kind::aead && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, crypto::kNonce, nullptr) != 1) return false;
    if (is_ccm(use.cipher) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, s.tag, nullptr) != 1) return false;
    if (s.kind == Kind::cbc && EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) return false;
    return EVP_DecryptInit_ex2(ctx, nullptr, use.key.data(), nullptr, nullptr) == 1;
  }

  Keyed* find(Slot slot) noexcept {
    if (slot.index >= keys_.size()) return nullptr;
    Keyed& k = keys_[slot.index];
    return k.live && k.generation == slot.generation ? &k : nullptr;
  }

  Status open(Keyed& k, Piece& p) noexcept {
    if (crypto::in_pieces(k.cipher)) return open_piece(k, p);
    if (p.record == nullptr) return Status::no_record;
    if (p.in.size() > crypto::kMaxWhole) return Status::bad_length;
    return open_whole(k, p);
  }

  bool begin(Keyed& k, const crypto::Record& record, const std::uint8_t* tag) noexcept {
    std::uint8_t nonce[crypto::kNonce];
    crypto::nonce_of(k.cipher, k.version, k.iv, record, nonce);
    return EVP_DecryptInit_ex2(k.ctx.get(), nullptr, nullptr, nonce, nullptr) == 1 && (tag == nullptr || set_tag(k, tag));
  }
  static bool set_tag(Keyed& k, const std::uint8_t* tag) noexcept {  // it is copied; the interface knows no const
    return EVP_CIPHER_CTX_ctrl(k.ctx.get(), EVP_CTRL_AEAD_SET_TAG, crypto::shape(k.cipher).tag,
                               const_cast<std::uint8_t*>(tag)) == 1;
  }
  static bool add_aad(Keyed& k, const crypto::Record& record) noexcept {
    const crypto::Aad aad = crypto::aad_of(k.cipher, k.version, record);
    int done = 0;
    return EVP_DecryptUpdate(k.ctx.get(), nullptr, &done, aad.bytes, aad.size) == 1;
  }

  Status open_piece(Keyed& k, Piece& p) noexcept {
    if (p.record == nullptr && !k.in_record) return Status::no_record;
    k.in_record = p.tag == nullptr;
    if (p.record != nullptr && !(begin(k, *p.record, nullptr) && add_aad(k, *p.record))) return Status::bad_length;
    int done = 0;
    if (!p.in.empty() && EVP_DecryptUpdate(k.ctx.get(), p.out, &done, p.in.data(), as_int(p.in.size())) != 1) {
      k.in_record = false;
      return Status::bad_length;
    }
    p.size = static_cast<std::uint32_t>(p.in.size());
    if (p.tag == nullptr) return Status::waiting;
    std::uint8_t none[16];
    return set_tag(k, p.tag) && EVP_DecryptFinal_ex(k.ctx.get(), none, &done) == 1 ? Status::opened : Status::bad_tag;
  }

  Status open_ccm(Keyed& k, Piece& p) noexcept {
    if (p.tag == nullptr) return Status::bad_length;
    int done = 0;
    if (!begin(k, *p.record, p.tag)) return Status::bad_length;
    const bool sized = EVP_DecryptUpdate(k.ctx.get(), nullptr, &done, nullptr, as_int(p.in.size())) == 1;
    if (!sized || !add_aad(k, *p.record)) return Status::bad_length;
    if (EVP_DecryptUpdate(k.ctx.get(), scratch_.bytes().data(), &done, never_null(p.in), as_int(p.in.size())) != 1)
      return Status::bad_tag;
    return release(p, Bytes(scratch_.bytes()).first(p.in.size()));
  }

  Status open_whole(Keyed& k, Piece& p) noexcept {
    const Status status = is_ccm(k.cipher) ? open_ccm(k, p) : k.cipher == Cipher::null ? open_null(k, p) : open_cbc(k, p);
    wipe(scratch_.bytes().first(p.in.size()));
    return status;
  }

  // Hands out what was decrypted aside, so that what did not match never stands in the output.
  Status release(Piece& p, Bytes plain) noexcept {
    if (!plain.empty()) std::memcpy(p.out, plain.data(), plain.size());
    p.size = static_cast<std::uint32_t>(plain.size());
    return Status::opened;
  }

  static bool matches(const Keyed& k, const crypto::Record& record, Bytes content, Bytes mac) noexcept {
    std::uint8_t made[crypto::kMaxHash];
    const MutBytes whole(made, k.mac->size());
    k.mac->make({crypto::mac_head(record, content.size()).view(), content}, whole);
    return same_secret(whole, mac);
  }

  Status open_null(Keyed& k, Piece& p) noexcept {
    if (p.in.size() < k.mac->size()) return Status::bad_length;
    const Bytes content = p.in.first(p.in.size() - k.mac->size());
    return matches(k, *p.record, content, p.in.subspan(content.size())) ? release(p, content) : Status::bad_tag;
  }

  Status open_cbc(Keyed& k, Piece& p) noexcept {
    const bool mac_outside = k.order == crypto::MacOrder::encrypt_then_mac;
    const std::size_t mac = k.mac->size(), block = crypto::shape(k.cipher).block;
    Bytes in = p.in;
    if (mac_outside) {
      if (in.size() < mac) return Status::bad_length;
      in = in.first(in.size() - mac);
      if (!matches(k, *p.record, in, p.in.last(mac))) return Status::bad_tag;
    }
    Bytes iv(p.record->nonce, block);  // TLS 1.0 goes on where the last record ended
    if (k.version != crypto::Version::tls10) {
      if (in.size() < block) return Status::bad_length;
      iv = in.first(block);
      in = in.subspan(block);
    }
    if (in.empty() || in.size() % block != 0) return Status::bad_length;
    int done = 0;
    const bool decrypted = EVP_DecryptInit_ex2(k.ctx.get(), nullptr, nullptr, iv.data(), nullptr) == 1 &&
                           EVP_DecryptUpdate(k.ctx.get(), scratch_.bytes().data(), &done, in.data(), as_int(in.size())) == 1;
    if (!decrypted || done != as_int(in.size())) return Status::bad_length;
    const Result<std::size_t> left = crypto::without_padding(Bytes(scratch_.bytes()).first(in.size()));
    if (!left) return Status::bad_tag;
    if (mac_outside) return release(p, Bytes(scratch_.bytes()).first(*left));
    if (*left < mac) return Status::bad_tag;
    const Bytes content = Bytes(scratch_.bytes()).first(*left - mac);
    return matches(k, *p.record, content, Bytes(scratch_.bytes()).subspan(content.size(), mac)) ? release(p, content)
                                                                                                : Status::bad_tag;
  }

  Hasher hasher_;
  std::array<CipherHandle, kCiphers> ciphers_;
  std::vector<Keyed> keys_;
  std::vector<std::uint32_t> free_;
  Secret<crypto::kMaxWhole> scratch_;  // of one record, wiped after each
};

}  // namespace

std::unique_ptr<crypto::Engine> make_engine(std::uint32_t slots) {
  if (slots == 0 || slots > crypto::kMaxSlots) return nullptr;
  auto engine = std::make_unique<Engine>(slots);
  ERR_clear_error();
  return engine->ready() ? std::move(engine) : nullptr;
}

}  // namespace pellucid::openssl
