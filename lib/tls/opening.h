// Opening: a session whose records are opened: which key counts when, in both directions, from the first hello to the last
// record (RFC 8446 2, RFC 5246 7.3, renegotiation included); handshake messages put together, application data given out. Keys
// come from whoever may give them; where none come, records are passed over. It lives in a slab of the worker that owns the
// flow; only that worker's thread touches it.
#pragma once
#include "lib/base/id.h"
#include "lib/base/spool.h"
#include "lib/keys/lease.h"
#include "lib/tls/handshake.h"
#include "lib/tls/unseal.h"

namespace pellucid::tls {

enum class Stage : std::uint8_t { clear, early, handshake, application };  // whose key is in force; clear: none

enum class Wait : std::uint8_t {
  none,
  hello,   // for what the other side said before it, hellos above all
  key,     // for the answer to lease()
  flight,  // for the end of the server's flight, which comes before what the client says next
  other,   // for the other direction, whose key is to come: what it holds came first
  quota,   // for octets that it may still read, see hold()
};

struct OpeningSide {  // a direction
  Unsealer unsealer;
  Spool gather;                            // of a handshake message that goes on
  Spool parked;                            // what came while it waits
  std::uint64_t missed;                    // octets behind those, for which there was no room, or which were lost
  std::uint64_t at;                        // octets of the stream that came or were lost
  std::uint64_t end_at;                    // … up to the end of the last record that opened
  std::uint64_t end_seq;                   // number of the record after that one
  std::uint8_t traffic[crypto::kMaxHash];  // TLS 1.3: the secret of the key in force; wiped by drop()
  Stage stage;
  Wait wait;
  keys::Part asked;      // what it waits for
  std::uint8_t refused;  // no key was given when one was wanted
};

struct Opening {
  OpeningSide side[2];  // by Dir
  keys::SessionId id;
  std::uint8_t client_random[32];
  std::uint8_t server_random[32];
  std::uint8_t session_id[32];
  std::uint8_t session_id_size;
  std::uint16_t suite;
  std::uint16_t version;  // 0: no ServerHello yet
  Dir client;
  std::uint8_t client_known;
  std::uint8_t retried;  // a HelloRetryRequest came
  std::uint8_t hellos;   // of the client, up to two
  std::uint8_t encrypt_then_mac;
  std::uint8_t early_offered;  // by the first ClientHello
  std::uint8_t early_asked;    // a key for it was asked for
  std::uint8_t early_void;     // the server refused early data: what the client sends next is under the handshake's key
  std::uint8_t key_updates;    // seen, as far as they can be counted
  // TLS 1.2 and before: what was seen of a handshake.
  std::uint8_t server_done;     // ServerHelloDone: it is a full one
  std::uint8_t exchanged;       // … ClientKeyExchange
  std::uint8_t server_changed;  // the server's ChangeCipherSpec
};
static_assert(std::is_trivially_copyable_v<Opening>);

enum class OpenEvent : std::uint8_t {
  more,     // all bytes are taken
  text,     // application data
  message,  // a handshake message, in the clear or opened; its type is in `out`
  alert,
  bad,   // a record did not open
  over,  // this direction is given up
};

struct Out {
  std::uint8_t type;     // of a message
  Stage stage;           // whose key opened it; clear: it was not protected
  Bytes bytes;           // text, a message's body, an alert's two octets; valid until the next call
  std::uint64_t missed;  // octets of text that are missing before these, as far as records tell without their padding
};

struct OpenRoom {
  UnsealBench bench;
  Spools& spools;
  MutBytes scratch;  // kMaxMessageKept at least; not the bench's
  MutBytes parking;  // kMaxParked at least
  keys::Keys& keys;
  std::int64_t captured_s;  // of the packet at hand
  keys::Asked asked = {};
};
inline constexpr std::uint32_t kMaxParked = 64 * 1024;       // octets of a direction that wait for a hello or a key
inline constexpr std::uint32_t kMaxMessageKept = 64 * 1024;  // octets of a protected handshake message

void reset(Opening& o, keys::SessionId id) noexcept;
// Takes bytes of one direction, in order, off the front of `bytes` until something is to be told. Messages are told to `keys`
// as well. After a ServerHello was told of, and after answer(), the directions that waited are to be asked for, be it without
// bytes. Whoever was told anything but `more` and `over` calls it again before another session's turn comes.
OpenEvent open(Opening& o, Dir dir, Bytes& bytes, const OpenRoom& room, Out& out) noexcept;
// What lease() has put off; null: it is refused.
void answer(Opening& o, keys::Part part, keys::Side side, const keys::DirectionKeys* keys, const OpenRoom& room) noexcept;
void lose(Opening& o, Dir dir, std::uint32_t missed, const OpenRoom& room) noexcept;
void refuse(Opening& o, Dir dir, const OpenRoom& room) noexcept;  // nothing more is opened: its key and what waits are wiped
void drop(Opening& o, const OpenRoom& room) noexcept;             // … and all the rest
// Between records: what comes waits until release(); both directions.
inline void hold(Opening& o) noexcept {
  for (OpeningSide& side : o.side) {
    if (side.wait == Wait::none) side.wait = Wait::quota;
  }
}
inline void release(Opening& o) noexcept {
  for (OpeningSide& side : o.side) {
    if (side.wait == Wait::quota) side.wait = Wait::none;
  }
}
inline bool held(const Opening& o) noexcept { return o.side[0].wait == Wait::quota || o.side[1].wait == Wait::quota; }

inline bool waits(const Opening& o, Dir dir) noexcept { return o.side[index(dir)].wait != Wait::none; }
// Nothing more can come of a direction's handshake: it is over, or it is not opened.
bool settled(const Opening& o, Dir dir) noexcept;

}  // namespace pellucid::tls
