#include "drivers/crypto/ipsecmb/engine.h"

#include <algorithm>

#include "drivers/crypto/ipsecmb/manager.h"
#include "lib/base/secret.h"
#include "lib/base/slab.h"
#include "lib/crypto/framing.h"

namespace pellucid::ipsecmb {
namespace {

using crypto::Cipher;
using crypto::Piece;
using crypto::Slot;
using crypto::Status;

// A key and the record that it is opening. Tables stand elsewhere: most keys of a busy worker are idle.
struct Keyed {
  std::uint8_t key[32];
  std::uint8_t iv[crypto::kNonce];
  Cipher cipher;
  crypto::Version version;
  bool live;
  bool in_record;
  std::uint32_t table;
  std::uint32_t generation;
  union {
    gcm_context_data gcm;
    chacha20_poly1305_context_data chacha;
  };
};

struct Table {
  alignas(kLine) gcm_key_data key;  // the library asks for it, its header only where LINUX is defined
  std::uint32_t owner;
  bool used;  // since the hand passed by
};

class Engine final : public crypto::Engine {
 public:
  Engine(Manager manager, std::uint32_t slots, std::uint32_t tables)
      : manager_(std::move(manager)), keys_(slots), tables_(tables), table_count_(tables) {}
  ~Engine() override {
    for (std::uint32_t i = 0; i < seen_; ++i) {
      if (keys_[i].live) drop({i, keys_[i].generation});
    }
  }

  Result<Slot> claim(const crypto::KeyUse& use) noexcept override {
    if (!crypto::in_pieces(use.cipher)) return Err::unsupported;
    if (const Err err = crypto::judge_use(use); err != Err::none) return err;
    const std::uint32_t i = keys_.claim();
    if (i == kNone) return Err::full;
    Keyed& k = keys_[i];
    const std::uint32_t generation = i < seen_ ? k.generation + 1 : 1;
    seen_ = std::max(seen_, i + 1);
    std::memset(&k, 0, sizeof k);
    std::ranges::copy(use.key, k.key);
    std::ranges::copy(use.iv, k.iv);
    k.cipher = use.cipher;
    k.version = use.version;
    k.live = true;
    k.table = kNone;
    k.generation = generation;
    return Slot{i, generation};
  }

  void drop(Slot slot) noexcept override {
    if (find(slot) == nullptr) return;
    Keyed& k = keys_[slot.index];
    if (k.table != kNone) {
      wipe(&tables_.at[k.table].key, sizeof(gcm_key_data));
      tables_.at[k.table].owner = kNone;
    }
    const std::uint32_t generation = k.generation;
    wipe(&k, sizeof k);
    k.generation = generation;
    keys_.drop(slot.index);
  }

  void open(std::span<Piece> pieces) noexcept override {
    for (const Piece& p : pieces) {
      if (p.slot.index < seen_) keys_.prefetch(p.slot.index, 2);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i + 1 < pieces.size()) prefetch(pieces[i + 1]);
      open(pieces[i]);
    }
  }

 private:
  // The processor notices a stream late, and packets end before that pays.
  static void prefetch(const Piece& p) noexcept {
    for (std::size_t at = 0; at < p.in.size(); at += kLine) __builtin_prefetch(p.in.data() + at);
  }

  Keyed* find(Slot slot) noexcept {
    if (slot.index >= seen_) return nullptr;
    Keyed& k = keys_[slot.index];
    return k.live && k.generation == slot.generation ? &k : nullptr;
  }

  // The key's table, made anew where another key took its place; the one that gives way has not been used for longest, nearly.
  const gcm_key_data* table_of(Keyed& k, std::uint32_t owner) noexcept {
    if (k.table == kNone) {
      for (; tables_.at[hand_].used; hand_ = next(hand_)) tables_.at[hand_].used = false;
      Table& t = tables_.at[hand_];
      if (hand_ < fresh_ && t.owner != kNone) keys_[t.owner].table = kNone;
      fresh_ = std::max(fresh_, hand_ + 1);
      k.table = hand_;
      t.owner = owner;
      hand_ = next(hand_);
      if (k.cipher == Cipher::aes128_gcm) {
        IMB_AES128_GCM_PRE(manager_.get(), k.key, &t.key);
      } else {
        IMB_AES256_GCM_PRE(manager_.get(), k.key, &t.key);
      }
    }
    tables_.at[k.table].used = true;
    return &tables_.at[k.table].key;
  }
  std::uint32_t next(std::uint32_t i) const noexcept { return i + 1 == table_count_ ? 0 : i + 1; }

  void open(Piece& p) noexcept {
    p.size = 0;
    Keyed* const k = find(p.slot);
    if (k == nullptr) {
      p.status = Status::no_key;
      return;
    }
    if (p.record == nullptr && !k->in_record) {
      p.status = Status::no_record;
      return;
    }
    std::uint8_t tag[16];
    if (k->cipher == Cipher::chacha20_poly1305) {
      chacha(*k, p, tag);
    } else {
      gcm(*k, p, tag);
    }
    p.size = static_cast<std::uint32_t>(p.in.size());
    k->in_record = p.tag == nullptr;
    if (k->in_record) {
      p.status = Status::waiting;
      return;
    }
    p.status = same_secret(tag, Bytes(p.tag, sizeof tag)) ? Status::opened : Status::bad_tag;
    if (k->cipher == Cipher::chacha20_poly1305) wipe(&k->chacha, sizeof k->chacha);  // the one-time key and key stream
  }

  void gcm(Keyed& k, const Piece& p, std::uint8_t (&tag)[16]) noexcept {
    const gcm_key_data* const table = table_of(k, p.slot.index);
    const bool is_128 = k.cipher == Cipher::aes128_gcm;
    const auto init = is_128 ? manager_->gcm128_init : manager_->gcm256_init;
    const auto update = is_128 ? manager_->gcm128_dec_update : manager_->gcm256_dec_update;
    const auto finalize = is_128 ? manager_->gcm128_dec_finalize : manager_->gcm256_dec_finalize;
    if (p.record != nullptr) {
      std::uint8_t nonce[crypto::kNonce];
      crypto::nonce_of(k.cipher, k.version, k.iv, *p.record, nonce);
      const crypto::Aad aad = crypto::aad_of(k.cipher, k.version, *p.record);
      init(table, &k.gcm, nonce, aad.bytes, aad.size);
    }
    if (!p.in.empty()) update(table, &k.gcm, p.out, p.in.data(), p.in.size());
    if (p.tag != nullptr) finalize(table, &k.gcm, tag, sizeof tag);
  }

  void chacha(Keyed& k, const Piece& p, std::uint8_t (&tag)[16]) noexcept {
    if (p.record != nullptr) {
      std::uint8_t nonce[crypto::kNonce];
      crypto::nonce_of(k.cipher, k.version, k.iv, *p.record, nonce);
      const crypto::Aad aad = crypto::aad_of(k.cipher, k.version, *p.record);
      IMB_CHACHA20_POLY1305_INIT(manager_.get(), k.key, &k.chacha, nonce, aad.bytes, aad.size);
    }
    if (!p.in.empty()) {
      IMB_CHACHA20_POLY1305_DEC_UPDATE(manager_.get(), k.key, &k.chacha, p.out, p.in.data(), p.in.size());
    }
    if (p.tag != nullptr) IMB_CHACHA20_POLY1305_DEC_FINALIZE(manager_.get(), &k.chacha, tag, sizeof tag);
  }

  Manager manager_;
  Slab<Keyed> keys_;
  LineArray<Table> tables_;
  std::uint32_t table_count_;
  std::uint32_t seen_ = 0;   // keys below this were claimed at least once
  std::uint32_t fresh_ = 0;  // tables below this had an owner
  std::uint32_t hand_ = 0;   // where a table is looked for next
};

}  // namespace

std::unique_ptr<crypto::Engine> make_engine(std::uint32_t slots, std::uint32_t tables) {
  if (slots == 0 || slots > crypto::kMaxSlots || tables == 0 || tables > kMaxTables) return nullptr;
  Manager manager = make_manager();
  if (manager == nullptr) return nullptr;
  return std::make_unique<Engine>(std::move(manager), slots, tables);
}

}  // namespace pellucid::ipsecmb
