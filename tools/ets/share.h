// A key share in a handshake, as libssl's calls of the provider shape it: the peer's, one of our own for this handshake alone,
// or the static one. Shared between threads only as OpenSSL shares keys: what is decided is decided once.
#pragma once
#include <atomic>
#include <vector>

#include "tools/ets/key.h"

namespace pellucid::ets {

// What the configuration gave: made at load, read by every thread until unload, wiped then.
struct Static {
  OSSL_LIB_CTX* library = nullptr;  // ours: the process's own configuration does not reach into it
  Pair pair;
};

class Share {
 public:
  explicit Share(const Static& from) noexcept : from_(from) {}
  Share(const Share& other) noexcept : from_(other.from_), own_(other.own_), pending_(other.pending_.load()) {
    EVP_PKEY* key = other.key_;
    if (key != nullptr && EVP_PKEY_up_ref(key) == 1) key_ = key;
  }
  Share& operator=(const Share&) = delete;
  ~Share() { EVP_PKEY_free(key_); }

  const Static& from() const noexcept { return from_; }
  bool empty() const noexcept { return key_ == nullptr && !pending_; }
  bool own() const noexcept { return own_; }
  EVP_PKEY* key() const noexcept { return key_; }

  bool take_peer(Bytes share) noexcept;
  bool make_fresh() noexcept;
  // A server of TLS 1.3 makes its share from its peer's and at once asks for the public half, to send it; a client of TLS 1.2
  // makes its own in the same way, but derives first. Only the first of them may get the static pair: a server that is also a
  // client (a proxy) must not give a static share to others' servers. So the choice waits for the first use.
  void make_pending() noexcept { own_ = pending_ = true; }
  bool settle_static() noexcept;
  bool settle_fresh() noexcept;

 private:
  bool settle(EVP_PKEY* with) noexcept;

  const Static& from_;
  bool own_ = false;
  std::atomic<bool> pending_{false};
  std::atomic<EVP_PKEY*> key_{nullptr};
};

}  // namespace pellucid::ets
