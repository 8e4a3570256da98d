// Session: the handshake of one connection as far as everybody can read it: keys of both directions, what came of either's
// stream, ids. It lives in a slab of the worker that owns the flow; only that worker's thread touches it.
#pragma once
#include <type_traits>

#include "lib/base/id.h"
#include "lib/quic/frames.h"
#include "lib/quic/initial.h"
#include "lib/quic/pieces.h"

namespace pellucid::quic {

inline constexpr unsigned kMaxDerivations = 8;  // pairs of version and id that one session's keys are made of
inline constexpr unsigned kMaxInitials = 64;    // Initials that are tried of one session

inline constexpr std::uint16_t kQuicRetry = 1 << 0;       // a Retry, and its tag fits
inline constexpr std::uint16_t kQuicNegotiated = 1 << 1;  // the server sent its versions
inline constexpr std::uint16_t kQuicEarlyData = 1 << 2;   // 0-RTT packets came
inline constexpr std::uint16_t kQuicIncomplete = 1 << 3;  // a limit was met, or a packet could not be opened
inline constexpr std::uint16_t kQuicMalformed = 1 << 4;   // frames that cannot be
inline constexpr std::uint16_t kQuicClosed = 1 << 5;      // CONNECTION_CLOSE in an Initial
inline constexpr std::uint16_t kQuicUpgraded = 1 << 6;    // another version than the client's first (RFC 9368)

struct Id {
  std::uint8_t size;
  std::uint8_t octets[kMaxId];
  Bytes view() const noexcept { return {octets, size}; }
};

struct Side {
  Stream stream;
  std::uint64_t expected;  // packet number
  std::uint32_t version;   // that the keys are of, 0: there are none
  Keys keys;
};

struct Session {
  Side side[2];           // by Dir
  Id origin;              // what the keys are made of
  Id id[2];               // that a direction's sender calls itself; by Dir
  std::uint32_t first;    // version of the client's first Initial
  std::uint32_t version;  // of the latest Initial that was opened, or else of the first packet
  std::uint16_t flags;    // kQuic…
  std::uint16_t initials;
  std::uint8_t derivations;
  std::uint8_t has_ids;  // a bit for each Dir
  std::uint8_t client_known;
  std::uint8_t sealed;  // a bit for each Dir: packets came that only a grant opens
  Dir client;
};
static_assert(sizeof(Session) <= 6 * kLine && std::is_trivially_copyable_v<Session>);

// What became of a packet; each is a metric's label.
enum class Fate : std::uint8_t {
  opened,       // an Initial
  retry,        // a Retry whose tag fits
  negotiation,  // versions of a server
  sealed,       // 0-RTT, Handshake, 1-RTT
  no_key,       // a server's Initial before its client's
  bad_tag,      // an Initial that is of another connection, or damaged; a Retry that answers nobody
  shed,         // keys would have had to be made, and the budget of this moment was spent
  refused,      // no room for what it brings, or a limit of the session
  malformed,    // it cannot be
  unread,       // a version whose packets are not read
  kCount,
};
inline constexpr std::string_view kFateLabels[] = {"opened",  "retry", "negotiation", "sealed",    "no_key",
                                                   "bad_tag", "shed",  "refused",     "malformed", "unread"};

struct Tools {
  const crypto::Hasher& hasher;
  crypto::Aes128& aes;
  Rooms& rooms;
  MutBytes scratch;                 // kMaxDatagram: where packets are opened
  std::uint32_t& derivations_left;  // of the worker's budget
};

void reset(Session& s) noexcept;
// One packet of a datagram; `rest` gives what comes behind it.
Fate take(Session& s, Dir dir, Bytes datagram, Tools& tools, Bytes& rest) noexcept;
// The handshake message (type, length, body; or Google's hello) that a direction has come to; empty: it is not whole. pass()
// goes on behind it.
Bytes message(const Session& s, Dir dir, const Rooms& rooms) noexcept;
void pass(Session& s, Dir dir, std::size_t octets, Rooms& rooms) noexcept;
void drop(Session& s, Rooms& rooms) noexcept;

}  // namespace pellucid::quic
