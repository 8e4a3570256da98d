// Transcript: the handshake of one session as its messages come, and the hash of them at the places where secrets are made (RFC
// 8446 4.4.1, RFC 7627 3). Until the ServerHello says which hash, the hellos are kept as they are. The keeper's.
#pragma once
#include <vector>

#include "lib/crypto/hasher.h"

namespace pellucid::keeper {

class Transcript {
 public:
  static constexpr std::size_t kMaxHellos = 64 * 1024;  // octets of hellos that are kept

  explicit Transcript(const crypto::Hasher& hasher) : hasher_(&hasher) {}

  // A message of the handshake, in the order in which both ends count it. False: there is no room for it.
  bool add(std::uint8_t type, Bytes body);
  // From here on the hash is known; `retried`: the first message is replaced by its hash.
  enum class First : std::uint8_t { counts, replaced };
  void begin(crypto::Hash how, First first);
  bool begun() const noexcept { return running_.how != crypto::Hash::none; }
  crypto::Hash how() const noexcept { return running_.how; }

  struct Digest {
    std::uint8_t bytes[crypto::kMaxHash] = {};
    std::uint8_t size = 0;
    Bytes view() const noexcept { return {bytes, size}; }
  };
  Digest read() const;
  // Of the first message alone, and of its beginning: what early secrets and binders are made of. `behind`: octets at the end
  // of the last hello that do not count.
  Digest first(crypto::Hash how) const;
  Digest until_binders(crypto::Hash how, std::size_t behind) const;
  // The body of the last ClientHello, before begin().
  Bytes last_hello() const noexcept { return messages_.empty() ? Bytes{} : Bytes(hellos_).subspan(messages_.back() + 4); }
  void forget_hellos();

 private:
  const crypto::Hasher* hasher_;
  std::vector<std::uint8_t> hellos_;   // messages with their headers, one behind the other
  std::vector<std::size_t> messages_;  // where each of them begins
  crypto::Running running_;
};

}  // namespace pellucid::keeper
