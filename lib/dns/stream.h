// Session: DNS over TCP (RFC 1035 4.2.2, RFC 7766): messages behind two-octet lengths, put together for each direction. A POD
// in a slab; owned by one worker, which gives its spools back with drop().
#pragma once
#include "lib/base/id.h"
#include "lib/base/spool.h"
#include "lib/dns/message.h"
#include "lib/dns/probe.h"

namespace pellucid::dns {

inline constexpr std::uint32_t kMaxKept = 16 * 1024;  // octets of a message that are kept; a longer one comes cut

struct Room {
  Spools& spools;
  MutBytes scratch;  // kMaxKept at least: where a message that came in pieces is put together
};

struct Session {
  struct Side {
    Spool kept;                  // the message at hand, as far as it came in pieces
    std::uint16_t length;        // announced
    std::uint16_t read;          // octets of it that have passed, kept or not
    std::uint8_t length_octets;  // of the two, how many were read
    std::uint8_t cut;            // the message at hand is not whole: too long, no room, or bytes lost
    std::uint8_t astray;         // framing lost: read again from the first bytes that probe as a message
    std::uint8_t spare;
  };
  Side side[2];
};
static_assert(sizeof(Session) <= 64 && std::is_trivially_copyable_v<Session>);

enum class Event : std::uint8_t {
  more,     // everything was used
  message,  // one message is there; feed the rest afterwards
  failed,   // no longer DNS: drop the session
};

struct Fed {
  std::size_t used;
  Event event;
  std::uint8_t cut;  // the message is not whole
  Bytes message;     // valid until the next call, and as long as the bytes given and the scratch are
};

void reset(Session& s) noexcept;
Fed feed(Session& s, Dir dir, Bytes bytes, Room& room) noexcept;
// So many bytes of that direction are missing here. A message they fall into is given up.
void lost(Session& s, Dir dir, std::uint64_t missed, Spools& spools) noexcept;
void drop(Session& s, Spools& spools) noexcept;

}  // namespace pellucid::dns
