// Lease: what a worker opens the records of one session with, for as long as it may: keys of both directions, made of what the
// keeper holds, never more than was asked for. Values that wipe themselves; one owner at a time.
#pragma once
#include "lib/crypto/engine.h"
#include "lib/crypto/schedule.h"
#include "lib/keys/keylog.h"
#include "lib/keys/wish.h"

namespace pellucid::keys {

enum class Part : std::uint8_t {
  early,        // TLS 1.3: what the client sent before the server answered
  handshake,    // … the rest of the handshake
  application,  // … what it was made for; and TLS 1.2 and before, whose keys know no parts
  next,         // … after a KeyUpdate, by the traffic secret before it
};
enum class Side : std::uint8_t { client, server };

struct Hellos {  // what both ends said in the clear
  std::uint16_t suite = 0;
  std::uint16_t version = 0;  // 0x0304 is TLS 1.3
  bool encrypt_then_mac = false;
  Bytes client_random;
  Bytes server_random;
  Bytes session_id;  // the server's; TLS 1.2 and before
  Dir client = Dir::up;
  Asked asked = {};
};

// No two sessions of a process share one: whose it is, where it lives, and which of those that have lived there. 0: none.
using SessionId = std::uint64_t;
inline constexpr unsigned kWorkerShift = 52, kPlaceShift = 32;
constexpr SessionId session_id(unsigned worker, std::uint32_t place, std::uint32_t count) noexcept {
  return (SessionId{worker} << kWorkerShift) | (SessionId{place} << kPlaceShift) | count;
}
constexpr unsigned worker_of(SessionId id) noexcept { return static_cast<unsigned>(id >> kWorkerShift); }
constexpr std::uint32_t place_of(SessionId id) noexcept {
  return static_cast<std::uint32_t>(id >> kPlaceShift) & ((1u << (kWorkerShift - kPlaceShift)) - 1);
}

struct Ends {  // of a session, as its packets tell
  std::uint8_t family = 4;
  const std::uint8_t* address[2] = {};  // by the Dir that they send; 16 octets, an IPv4 address is the first four
  std::uint16_t port[2] = {};
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

enum class Answer : std::uint8_t {
  granted,
  later,    // it is on its way: see whoever carries answers
  refused,  // terms() says why
};

// Who gives leases. Called by the thread of the worker that owns the session.
class Keys {
 public:
  virtual ~Keys() = default;
  // A session begins. What follows bears its id until end().
  virtual void begin(SessionId id, const Ends& ends) noexcept = 0;
  // A handshake message: those in the clear and those that were opened, of each side in order.
  virtual void message(SessionId id, Side from, std::uint8_t type, Bytes body) noexcept = 0;
  // One direction's keys of one part. `captured_s`: the time of the packet at hand.
  virtual Answer lease(SessionId id, const Hellos& hellos, Part part, Side side, std::int64_t captured_s,
                       DirectionKeys& keys) noexcept = 0;
  // The keys that follow after a KeyUpdate, in their place.
  virtual Err renew(std::uint16_t suite, DirectionKeys& keys) noexcept = 0;
  virtual void terms(SessionId id, Terms& terms) noexcept = 0;
  // So many octets of data were read, of those that the quota has given the session: it needs more. granted: the terms say how
  // many there are now. Where nothing is left, and all was used, the session's secrets are wiped.
  virtual Answer more(SessionId id, std::uint64_t used, Terms& terms) noexcept = 0;
  virtual void end(SessionId id, std::uint64_t used) noexcept = 0;
};

// Keys of a key log. not_mine: it knows nothing of this session; unsupported: a suite or version that cannot be opened.
Err lease_from(const Keylog& log, const crypto::Hasher& hasher, const Hellos& hellos, Part part, Side side,
               DirectionKeys& keys) noexcept;
// Keys of a TLS 1.3 traffic secret; of a master secret of TLS 1.2 and before.
Err keys_of_traffic(const crypto::Hasher& hasher, std::uint16_t suite, Bytes traffic, DirectionKeys& keys) noexcept;
Err keys_of_master(const crypto::Hasher& hasher, const Hellos& hellos, Bytes master, Side side, DirectionKeys& keys) noexcept;
// The keys that follow those of a side after its KeyUpdate (RFC 8446 7.2), in their place.
Err renew(const crypto::Hasher& hasher, std::uint16_t suite, DirectionKeys& keys) noexcept;

}  // namespace pellucid::keys
