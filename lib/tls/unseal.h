// Unsealer: the protected records of one direction of a session, opened as their bytes come: framing, sequence numbers, pieces
// to the engine, and a record's plaintext once its tag matched. Where bytes were lost it finds the next record and its number
// again, proven by a tag, and loses no more than the records that the loss touched. It lives in a slab of the worker that owns
// the flow; only that worker's thread touches it.
#pragma once
#include "lib/base/slab.h"
#include "lib/crypto/engine.h"
#include "lib/tls/record.h"

namespace pellucid::tls {

inline constexpr std::size_t kMaxSealed = crypto::kMaxWhole;  // octets of a record's body
inline constexpr unsigned kMaxGuesses = 64;                   // sequence numbers tried for the first record after a loss,
inline constexpr unsigned kMaxFarGuesses = 64;                // … and more of them where a long loss makes them likely
inline constexpr unsigned kMaxStrays = 256;                   // what looked like a record after a loss and was none
inline constexpr unsigned kMaxBadTags = 16;  // records in a row that do not open: this is not the right key any more

struct SealedRoom {  // what came of a record that goes on in a later packet
  std::uint8_t bytes[kMaxSealed];
};
using SealedRooms = Slab<SealedRoom>;

enum class Sealing : std::uint8_t {
  clear,    // no key was given: handshake records are given out, others passed over and told of
  sealed,   // a key is in force
  seeking,  // bytes were lost, and with them where records begin
  over,     // given up
};

struct UnsealStats {
  std::uint64_t opened = 0;  // records
  std::uint64_t bad = 0;     // records whose tag did not match
  std::uint64_t lost = 0;    // records that a loss touched, as far as their number is known
  std::uint64_t unread = 0;  // records for which there was no room
  std::uint64_t bytes = 0;   // of plaintext, padding left out
  std::uint64_t sealed = 0;  // … of the records opened, as they came: head and tag included
};

struct Unsealer {
  crypto::Slot slot;
  std::uint64_t seq;     // of the record at hand, or of the next one
  std::uint64_t gap;     // while seeking: records that may have been missed, at most
  std::uint64_t astray;  // … octets since the last record that opened
  std::uint32_t room;    // kNone: none is claimed
  std::uint32_t skip;    // octets of the stream that are passed over
  std::uint16_t length;  // of the record's body, as its header says
  std::uint16_t have;    // octets of it that came
  std::uint16_t strays;
  std::uint16_t usual;    // octets that the last record took which opened, its header included
  std::uint8_t bad_tags;  // in a row
  std::uint8_t head_have;
  std::uint8_t head[kRecordHead];
  std::uint8_t nonce[16];  // what the record brings of it; of CBC in TLS 1.0 the last octets of the stream, at its end
  std::uint8_t tag[16];
  crypto::Cipher cipher;
  crypto::Version version;
  Sealing sealing;
  std::uint8_t begun;    // the engine has seen the record's beginning
  std::uint8_t passed;   // its body is passed over
  std::uint8_t counted;  // it has a number
  std::uint8_t trial;    // until a record has opened, those that do not have no number
  std::uint8_t shown;    // its text stands in its room, and was given out
  std::uint8_t muted;    // owner: handshake records without a key in force are protected, or mean nothing
};
static_assert(std::is_trivially_copyable_v<Unsealer>);

inline bool tls13(const Unsealer& u) noexcept { return u.version == crypto::Version::tls13; }
// Octets of a record's body that are no text: before it, behind it, and both with TLS 1.3's type; of CBC the least. Padding is
// text here.
inline std::size_t own_nonce(const Unsealer& u) noexcept {
  const crypto::Shape s = crypto::shape(u.cipher);
  return s.kind == crypto::Kind::aead && !tls13(u) ? s.own_nonce : 0;
}
inline std::size_t tag_size(const Unsealer& u) noexcept { return crypto::shape(u.cipher).tag; }
inline std::size_t overhead(const Unsealer& u) noexcept { return own_nonce(u) + tag_size(u) + (tls13(u) ? 1 : 0); }

struct Unsealed {
  std::uint8_t type;       // Content; of TLS 1.3 the inner one
  Bytes text;              // valid until put_away(), or the next call
  std::uint16_t wire = 0;  // octets that the record took, its header included
};

enum class UnsealEvent : std::uint8_t {
  more,    // all bytes are taken
  record,  // `out` is a record's plaintext
  plain,   // `out` is a piece of a handshake record in the clear
  change,  // a ChangeCipherSpec in TLS 1.2 and before: the next record is under the next key
  locked,  // a protected record begins and no key was given: give it now, or the record is passed over
  bad,     // a record did not open; the next one may
  over,    // given up: its framing is lost, or the key is wrong
};

struct UnsealBench {  // the worker's
  crypto::Engine& engine;
  SealedRooms& rooms;
  MutBytes scratch;  // kMaxSealed at least
  UnsealStats& stats;
};

void reset(Unsealer& u) noexcept;
// The key that counts from the next record on, whose number is 0; the one before is given back. `block` is what the first
// record's first block goes over, of CBC in TLS 1.0. An error is the engine's: then there is no key.
Err set_key(Unsealer& u, const crypto::KeyUse& use, Bytes block, const UnsealBench& bench) noexcept;
void forget_key(Unsealer& u, const UnsealBench& bench) noexcept;  // records are passed over again
// What was given out is done with. Whoever read a record's text calls this before another session's turn comes: its room is one
// of few.
void put_away(Unsealer& u, const UnsealBench& bench) noexcept;
// Takes bytes of the stream, in order, off the front of `bytes` until something is to be told.
UnsealEvent unseal(Unsealer& u, Bytes& bytes, const UnsealBench& bench, Unsealed& out) noexcept;
// So many bytes of the stream are missing here.
void lose(Unsealer& u, std::uint32_t missed, const UnsealBench& bench) noexcept;
void drop(Unsealer& u, const UnsealBench& bench) noexcept;  // gives key and room back

}  // namespace pellucid::tls
