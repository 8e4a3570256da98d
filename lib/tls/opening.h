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

struct OpeningSide {  // a direction
  Unsealer unsealer;
  Spool gather;                            // of a handshake message that goes on
  Spool parked;                            // what came before the ServerHello that says how it is to be opened
  std::uint32_t parked_done;               // octets of it that were taken since
  std::uint8_t traffic[crypto::kMaxHash];  // TLS 1.3: the secret of the key in force; wiped by drop()
  Stage stage;
  std::uint8_t waiting;  // for the ServerHello
  std::uint8_t refused;  // no key was given when one was wanted
};

struct Opening {
  OpeningSide side[2];  // by Dir
  std::uint8_t client_random[32];
  std::uint8_t server_random[32];
  std::uint8_t session_id[32];
  std::uint8_t session_id_size;
  std::uint16_t suite;
  std::uint16_t version;  // 0: no ServerHello yet
  Dir client;
  std::uint8_t encrypt_then_mac;
  std::uint8_t early_void;   // the server refused early data: what the client sends next is under the handshake's key
  std::uint8_t key_updates;  // seen, as far as they can be counted
};
static_assert(std::is_trivially_copyable_v<Opening>);

enum class OpenEvent : std::uint8_t {
  more,     // all bytes are taken
  text,     // application data
  message,  // a handshake message that was protected; its type is in `out`
  alert,
  bad,   // a record did not open
  over,  // this direction is given up
};

struct Out {
  std::uint8_t type;  // of a message
  Stage stage;        // whose key opened it
  Bytes bytes;        // text, a message's body, an alert's two octets; valid until the next call
};

struct OpenRoom {
  UnsealBench bench;
  Spools& spools;
  MutBytes scratch;  // kMaxMessageKept at least; not the bench's
  MutBytes parking;  // kMaxParked at least
  keys::Keys& keys;
};
inline constexpr std::uint32_t kMaxParked = 64 * 1024;       // octets of a direction that wait for the ServerHello
inline constexpr std::uint32_t kMaxMessageKept = 64 * 1024;  // octets of a protected handshake message

void reset(Opening& o) noexcept;
// Hellos that travel in the clear, as their reader found them; those that come protected it finds by itself.
void note_client_hello(Opening& o, Dir from, Bytes body) noexcept;
void note_server_hello(Opening& o, Bytes body) noexcept;
// Takes bytes of one direction, in order, off the front of `bytes` until something is to be told. What stands in the clear in
// these bytes must have been noted before; after a ServerHello was noted, both directions are asked for, be it without bytes.
OpenEvent open(Opening& o, Dir dir, Bytes& bytes, const OpenRoom& room, Out& out) noexcept;
void lose(Opening& o, Dir dir, std::uint32_t missed, const OpenRoom& room) noexcept;
void drop(Opening& o, const OpenRoom& room) noexcept;  // wipes secrets; gives keys and spools back

}  // namespace pellucid::tls
