// Lease: what a worker opens the records of one session with, for as long as it may: keys of both directions, made of what the
// keeper holds, never more than was asked for. Values that wipe themselves; one owner at a time.
#pragma once
#include "lib/crypto/engine.h"
#include "lib/crypto/schedule.h"
#include "lib/keys/keylog.h"

namespace pellucid::keys {

enum class Part : std::uint8_t {
  early,        // TLS 1.3: what the client sent before the server answered
  handshake,    // … the rest of the handshake
  application,  // … what it was made for; and TLS 1.2 and before, whose keys know no parts
  next,         // … after a KeyUpdate, by the traffic secret before it
};
enum class Side : std::uint8_t { client, server };

struct Session {  // what both ends said in the clear
  std::uint16_t suite = 0;
  std::uint16_t version = 0;  // 0x0304 is TLS 1.3
  bool encrypt_then_mac = false;
  Bytes client_random;
  Bytes server_random;
  Bytes session_id;  // the server's; TLS 1.2 and before
};

// One direction's.
struct DirectionKeys {
  static constexpr std::size_t kMaxKey = 32;
  static constexpr std::size_t kMaxIv = 16;

  crypto::KeyUse use;  // views of what follows
  Secret<kMaxKey> key;
  Secret<crypto::kMaxHash> mac_key;
  Secret<kMaxIv> iv;
  std::uint8_t block = 0;            // octets of `iv` that the first block of CBC goes over in TLS 1.0
  Secret<crypto::kMaxHash> traffic;  // TLS 1.3: the secret they were made of
  bool granted = false;

  Bytes first_block() const noexcept { return iv.bytes().first(block); }
};

struct Lease {
  DirectionKeys side[2];  // by Side
};

// Who gives leases. Asked once for each part of a session, by the thread of the worker that owns it.
class Keys {
 public:
  virtual ~Keys() = default;
  virtual Err lease(const Session& session, Part part, Lease& lease) noexcept = 0;
  virtual Err renew(std::uint16_t suite, DirectionKeys& keys) noexcept = 0;
};

// Keys out of a key log. none: at least one side is granted; not_mine: it knows nothing of this session; unsupported: a suite
// or version that cannot be opened.
Err lease_from(const Keylog& log, const crypto::Hasher& hasher, const Session& session, Part part, Lease& lease) noexcept;
// The keys that follow those of a side after its KeyUpdate (RFC 8446 7.2), in their place.
Err renew(const crypto::Hasher& hasher, std::uint16_t suite, DirectionKeys& keys) noexcept;

class LoggedKeys final : public Keys {  // of a key log that is read before the sessions come
 public:
  LoggedKeys(const Keylog& log, const crypto::Hasher& hasher) : log_(log), hasher_(hasher) {}
  Err lease(const Session& session, Part part, Lease& lease) noexcept override {
    return lease_from(log_, hasher_, session, part, lease);
  }
  Err renew(std::uint16_t suite, DirectionKeys& keys) noexcept override { return keys::renew(hasher_, suite, keys); }

 private:
  const Keylog& log_;
  const crypto::Hasher& hasher_;
};

}  // namespace pellucid::keys
