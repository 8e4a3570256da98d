// Vault: the long-term private keys: static key shares and RSA keys of servers, found by what their public half is in a
// handshake. Bounded. Whoever owns it is the only one who touches keys; a key that goes is wiped by the driver that holds it.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/crypto/hash.h"
#include "lib/crypto/maker.h"
#include "lib/keys/judge.h"

namespace pellucid::keys {

// A private key as a file gave it.
struct FoundKey {
  std::unique_ptr<crypto::DhKey> dh;  // one of these two
  std::unique_ptr<crypto::RsaKey> rsa;
  std::unique_ptr<crypto::DhKey> twin;  // the same octets in the other order, where nothing says which is right (x25519, x448)
  std::int64_t not_before_s = 0;        // 0: not said
  std::int64_t not_after_s = 0;
  std::int64_t made_s = 0;  // its file, as far as is known; 0: nobody knows
};

struct KeyView {          // what may be shown of a key
  std::string id;         // 16 digits: those that `decrypt` records tell
  std::string file;       // where it came from
  crypto::Group group{};  // of a key share
  unsigned bits = 0;      // of an RSA key; 0: it is a key share
  std::vector<std::uint8_t> share;
  KeyPrints prints;  // `visibility` is of key shares alone
  std::string twin;  // id of the key that came with it as the same octets in the other order
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
  std::int64_t added_s = 0;

  bool is_rsa() const noexcept { return bits != 0; }
};

class Vault {
 public:
  static constexpr std::size_t kMaxKeys = 1024;

  explicit Vault(const crypto::Digests& digests) : digests_(digests) {}

  enum class Added : std::uint8_t {
    done,
    known,    // it is there already
    full,     // see kMaxKeys
    expired,  // its time is over
  };
  // `id`: of the key, also where it is refused.
  Added add(FoundKey key, const std::string& file, std::int64_t now_s, std::string& id);

  // By the whole share of a ServerHello. Null: no such key, or its time has not come or is over.
  crypto::DhKey* find(crypto::Group group, Bytes share, std::int64_t now_s, KeyPrints& prints) const noexcept;
  // By the public key of a certificate.
  crypto::RsaKey* find_rsa(const Sha256& public_key, std::int64_t now_s) const noexcept;

  // All of these wipe; what went is told. A key takes its twin with it.
  std::vector<KeyView> zeroise(const std::string& id);
  std::vector<KeyView> zeroise_file(const std::string& file);
  std::vector<KeyView> zeroise_all();
  std::vector<KeyView> expire(std::int64_t now_s);

  bool holds(const KeyPrints& prints) const noexcept;
  const KeyView* find(const std::string& id) const noexcept;
  std::vector<KeyView> list() const;  // in the order of their ids
  std::size_t size() const noexcept { return items_.size(); }
  std::uint64_t gone() const noexcept { return gone_; }  // keys that are there no more, so that others see that some went

 private:
  struct Item {
    KeyView view;
    std::unique_ptr<crypto::DhKey> dh;
    std::unique_ptr<crypto::RsaKey> rsa;
  };
  KeyView view_of(const crypto::DhKey& key) const;
  void put(Item item);
  template <class Goes>
  std::vector<KeyView> drop(Goes&& goes);

  const crypto::Digests& digests_;
  std::uint64_t gone_ = 0;
  std::vector<Item> items_;  // in the order of their names; few, and found by halves
};

}  // namespace pellucid::keys
