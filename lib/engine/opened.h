// Opened: a TLS session that is opened, as far as it may be: its records, the session of its clear part beside it until the
// `tls` record is written, and the reader of what is said inside. It lives in a slab of the worker that owns the flow; only
// that worker's thread touches it.
#pragma once
#include "lib/flow/hot.h"
#include "lib/tls/opening.h"

namespace pellucid::engine {

struct Inner {           // a direction's
  Spool held;            // first octets, while no reader can tell yet
  std::uint64_t octets;  // of text: those given out and those that are missing
};

enum class Asked : std::uint8_t { not_yet, waits, in_vain };

struct Opened {
  tls::Opening opening;
  tls::UnsealStats stats;
  Inner inner[2];         // by Dir
  std::uint64_t missed;   // octets of text, both directions
  std::uint64_t used;     // … of those that were read
  std::uint64_t payload;  // octets of the flow's, whose coverage its end decides
  keys::Terms terms;      // as they were at the latest lease
  std::uint32_t clear;    // the tls::Session of the same bytes; kNone: its record is written
  std::uint32_t session;  // in the inner reader's slab
  std::uint32_t flow;     // whose it is
  std::uint16_t peek;     // rule for which the handshake is opened, for the server's name; policy::kNoRule: none
  std::uint16_t peek_epoch;
  flow::Reader reader;  // of what is said inside
  std::uint8_t probed;  // texts that were probed for a protocol
  std::uint8_t wanted;  // policy was asked, and wants it opened
  std::uint8_t told;    // some of its text was delivered
  Asked asked;          // for more of its grant's quota
};
static_assert(std::is_trivially_copyable_v<Opened>);

inline constexpr unsigned kMaxInnerProbes = 8;  // texts in which a protocol is looked for

struct Opener {  // what a worker opens sessions with; null: none
  keys::Keys* keys = nullptr;
  crypto::Engine* engine = nullptr;
  bool delivers = false;  // somebody takes the plaintext that grants give
};

}  // namespace pellucid::engine
