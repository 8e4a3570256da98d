// Schedule: the secrets of a TLS 1.3 session, one stage behind the other (RFC 8446 7.1): whoever holds an earlier stage can
// make the later ones, never the other way. Its owner decides how far it goes. One thread at a time; wiped at its end.
#pragma once
#include "lib/crypto/hkdf.h"

namespace pellucid::crypto {

// A secret as long as the hash of its suite.
class HashSecret {
 public:
  explicit HashSecret(Hash how) noexcept : how_(how) {}
  Hash hash() const noexcept { return how_; }
  MutBytes bytes() noexcept { return room_.bytes().first(hash_size(how_)); }
  Bytes bytes() const noexcept { return room_.bytes().first(hash_size(how_)); }

 private:
  Hash how_;
  Secret<kMaxHash> room_;
};

namespace label {
inline constexpr std::string_view kExternalBinder = "ext binder", kResumptionBinder = "res binder", kEarly = "c e traffic",
                                  kEarlyExporter = "e exp master", kClientHandshake = "c hs traffic",
                                  kServerHandshake = "s hs traffic", kClient = "c ap traffic", kServer = "s ap traffic",
                                  kExporter = "exp master", kResumption = "res master";
}

class Schedule {
 public:
  // Begins at the early secret; an empty `psk` stands for none.
  Schedule(const Hasher& hasher, Hash how, Bytes psk) noexcept;
  // To the handshake secret, by the shared secret of the key exchange (empty: psk_ke has none); then to the master secret, by
  // nothing. Two steps, and no third.
  void step(Bytes shared) noexcept;
  // Derive-Secret of this stage; `transcript` is the hash of the messages so far.
  void derive(std::string_view label, Bytes transcript, HashSecret& out) const noexcept;
  // … of no messages, as binders want it.
  void derive(std::string_view label, HashSecret& out) const noexcept;
  bool is_master() const noexcept { return steps_ == 2; }

 private:
  const Hasher& hasher_;
  HashSecret secret_;
  unsigned steps_ = 0;
};

// The key and the IV of one direction, from its traffic secret (RFC 8446 7.3).
void traffic_keys(const Hasher& hasher, const HashSecret& traffic, MutBytes key, MutBytes iv) noexcept;
// The traffic secret that follows after a KeyUpdate (7.2), in its place.
void update_traffic(const Hasher& hasher, HashSecret& traffic) noexcept;
// What a Finished or a binder must say, from the secret it stands under and the transcript's hash (4.4.4).
void finished(const Hasher& hasher, const HashSecret& base, Bytes transcript, MutBytes out) noexcept;
// The PSK that a NewSessionTicket's nonce makes of the resumption secret (4.6.1).
void resumption_psk(const Hasher& hasher, const HashSecret& resumption, Bytes nonce, HashSecret& out) noexcept;
// Where a HelloRetryRequest follows, a transcript begins anew, with the first ClientHello as a hash of itself (4.4.1).
void restart_transcript(const Hasher& hasher, Running& transcript) noexcept;

}  // namespace pellucid::crypto
