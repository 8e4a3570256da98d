// Session: HTTP/1 on one TCP flow (RFC 9112): finds where each request and response begins and ends, keeps their header blocks,
// counts their bodies and pairs them. A POD in a slab; owned by one worker, which gives its spools back with drop().
#pragma once
#include "lib/base/id.h"
#include "lib/base/spool.h"
#include "lib/http/head.h"

namespace pellucid::http {

inline constexpr std::uint32_t kMaxHead = 8 * 1024;        // octets of a header block that are kept; the rest is read, not kept
inline constexpr std::uint32_t kMaxHeadRead = 256 * 1024;  // a longer one is no header block any more
inline constexpr unsigned kMaxWaiting = 8;                 // requests without their response (RFC 9112 9.3.2)
inline constexpr std::uint32_t kMaxSkipped = 1024 * 1024;  // octets without a start line until this is no longer HTTP
inline constexpr unsigned kMaxPrefix = 48;                 // octets of a line that are at hand when it came in pieces

struct Room {
  Spools& spools;
  MutBytes scratch;  // kMaxHead at least: where a request line that came in pieces is put together
};

inline constexpr std::uint8_t kCut = 1;         // not all of the header block was kept
inline constexpr std::uint8_t kGap = 2;         // bytes were lost on the wire
inline constexpr std::uint8_t kUnfinished = 4;  // it did not come to its end

enum class Method : std::uint8_t { other, head, connect };  // those that change how a response is read

struct Message {
  Spool head;            // start line and fields, without the empty line
  std::uint8_t flags;    // kCut …
  Method method;         // of a request
  std::uint16_t status;  // of a response
  std::uint64_t body;    // octets as carried: chunk lines included, trailers not
};

enum class Step : std::uint8_t {
  start,       // before a start line
  skip_line,   // not a start line: on to the next
  head,        // in a header block
  pair,        // a response's header block is whole: whose is it? Takes no octets
  fixed,       // `left` octets of body
  chunk_line,  // RFC 9112 7.1: size and extensions
  chunk,       // `left` octets of a chunk
  chunk_end,   // the line end behind it
  trailer,
  until_close,
};

enum class Framing : std::uint8_t { none, length, chunked, other };  // what the fields say of the body
enum class Said : std::uint8_t { nothing, length, coding };          // which of those fields the latest line was

struct Side {       // one direction
  Message message;  // being read; a request moves to the queue when its header block is whole
  std::uint64_t left;
  std::uint64_t length;   // Content-Length
  std::uint32_t passing;  // octets of the body, not counted yet, that the stream passes over
  std::uint32_t line;     // octets of the line at hand
  std::uint32_t block;    // octets of the header block or trailer
  std::uint32_t skipped;  // octets since the last start line that belonged to nothing
  Step step;
  Framing framing;
  Said said;
  std::uint8_t first;    // 1: the line at hand is the start line
  std::uint8_t astray;   // 1: looking for the next start line
  std::uint8_t behind;   // 1: the header block of a response was lost for certain
  std::uint8_t held;     // a capital letter that came before it was known who speaks, 0
  std::uint8_t matched;  // octets of the status line's form seen, or hexadecimal digits of a chunk line
  char prefix[kMaxPrefix];
};

enum class Ready : std::uint8_t { none, both, request, response };  // what the transaction at hand has
enum class Pair : std::uint8_t { open, front, none };               // the response's request: not known yet, the oldest, none
enum class Ended : std::uint8_t { no, finished, upgraded, failed };

struct Session {
  Side side[2];                  // by Dir
  Message waiting[kMaxWaiting];  // requests, oldest first
  Message done;                  // the response that came to its end
  std::uint32_t tx;              // transactions settled
  std::uint32_t owed;            // responses still to come whose requests were already given out
  std::uint8_t count;            // of waiting
  std::uint8_t reading;          // which of them is still being read, kNotReading
  Dir client;
  std::uint8_t client_known;
  std::uint8_t has_done;
  std::uint8_t forced;    // the next response begins: the one that is done waits no longer
  std::uint8_t announce;  // a request's header block is whole: say so
  std::uint8_t connect;   // a CONNECT has not been refused
  Ready ready;
  Pair pair;
  Ended ended;
};
inline constexpr std::uint8_t kNotReading = 255;
static_assert(sizeof(Session) <= 512 && std::is_trivially_copyable_v<Session>);

enum class Event : std::uint8_t {
  more,         // everything was used
  request,      // a request's header block is whole, see newest(): its name is known long before the transaction ends
  transaction,  // see transaction(); settle() it, then feed the rest
  upgraded,     // HTTP is over (CONNECT, 101): what was not used of this direction, and all that follows, is another protocol
  failed,       // no longer HTTP: drop the session
};

struct Fed {
  std::size_t used;
  Event event;
};

void reset(Session& s) noexcept;
// Feed the rest again, even where it is empty, until the event is `more`, `upgraded` or `failed`.
Fed feed(Session& s, Dir dir, Bytes bytes, Room& room) noexcept;
// So many bytes of that direction are missing here. Within a body they are counted, else the next start line is looked for.
void lost(Session& s, Dir dir, std::uint64_t missed, Room& room) noexcept;
// How many of that direction's next octets say nothing, so that the stream may pass over them: a body is only counted. 0: all
// are wanted. Ask when feed() has given `more`; then passed() must follow before anything else of that direction.
std::uint32_t unwanted(Session& s, Dir dir, std::uint32_t most) noexcept;
// All but the last `left` of those have come; 0 ends the passage. Then feed, if only with nothing: a transaction may be ready.
void passed(Session& s, Dir dir, std::uint32_t left, Room& room) noexcept;
// The flow has ended: call, settle, call … while it gives `transaction`; then drop().
Event finish(Session& s, Room& room) noexcept;
void drop(Session& s, Spools& spools) noexcept;

struct Transaction {
  Spool request;   // empty: the request was not seen
  Spool response;  // empty: there was none, or it was not seen
  std::uint64_t request_bytes;
  std::uint64_t response_bytes;
  std::uint32_t tx;
  std::uint8_t request_flags;  // kCut …
  std::uint8_t response_flags;
};
Transaction transaction(const Session& s) noexcept;  // after Event::transaction
const Message& newest(const Session& s) noexcept;    // after Event::request
void settle(Session& s, Spools& spools) noexcept;

}  // namespace pellucid::http
