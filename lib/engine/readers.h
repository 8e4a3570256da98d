// Readers: what each protocol does with the bytes of a TCP stream, in order, and when bytes are missing or the flow ends. One
// row a protocol, in inspect.cc's table. Functions over one worker's State.
#pragma once
#include "lib/engine/state.h"
#include "lib/keeper/wire.h"

namespace pellucid::engine {

// A session of this reader, begun anew; kNone, counted: there is no room for one.
std::uint32_t claim_session(State& s, flow::Reader reader) noexcept;

// How the stream goes on after a reader took bytes.
enum class Next : std::uint8_t {
  same,   // the same reader wants more
  again,  // another protocol begins: `rest` is to be read as unknown
  stop,   // nothing more to learn here
};
struct Taken {
  Next next;
  Bytes rest;
};

Taken take_tls(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_tls(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_tls(State& s, std::uint32_t flow) noexcept;  // writes the record if there is something to say; drops the session
// What became of bytes of a tls::Session. done: nothing more is to be read in the clear.
enum class ClearPart : std::uint8_t { more, done, useless };
ClearPart feed_tls(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes bytes) noexcept;
// As close_tls, of this session.
void conclude_tls(State& s, std::uint32_t flow, std::uint32_t session, metrics::TlsMode mode) noexcept;
inline bool awaits_tls(const State& s, const flow::Hot& h) noexcept {  // its record is not written yet
  return h.reader == flow::Reader::tls || h.reader == flow::Reader::quic || h.reader == flow::Reader::dtls ||
         (h.reader == flow::Reader::opened && s.opened[h.session].clear != kNone);
}
inline bool tls_waited(const State& s, const flow::Cold& c) noexcept {  // … and its time is over
  return static_cast<std::int32_t>(s.now - c.hello_tick) > static_cast<std::int32_t>(s.options.tls_wait_ticks);
}
void hurry_tls(State& s, std::uint32_t flow) noexcept;  // … so that it is written now
// A ClientHello was read: what is known of the flow by it, and when that was.
void name_hello(State& s, std::uint32_t flow, std::uint16_t master, const tls::Session& t) noexcept;

void hide_name(State& s, std::uint32_t flow) noexcept;  // the flow has one that was not read, or another than was

// One datagram; the flow's session is a Quic.
Next take_quic(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept;
void close_quic(State& s, std::uint32_t flow) noexcept;  // writes the record; drops the session

// The same for DTLS; the flow's session is a DtlsFlow.
bool start_dtls(State& s, std::uint32_t flow) noexcept;  // false: no room
Next take_dtls(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept;
void close_dtls(State& s, std::uint32_t flow) noexcept;

// A session that is opened: see opened.h.
Taken take_opened(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_opened(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_opened(State& s, std::uint32_t flow) noexcept;
bool may_open(const State& s) noexcept;  // whether any session is opened here at all
// The flow's tls::Session, which has just begun, gets an Opened beside it. Without room it stays unopened, counted.
void start_opened(State& s, std::uint32_t flow) noexcept;
// What the keeper says between turns; an id that is not known any more is passed over.
void on_answer(State& s, const keeper::Answered& answered) noexcept;

// `left` octets are still to come of those that the stream passes over for this reader.
void passed_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t left) noexcept;
Taken take_http(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_http(State& s, std::uint32_t flow) noexcept;
// The same of a session that is not the flow's own: no octets are passed over.
Next feed_http(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes& bytes) noexcept;
void finish_http(State& s, std::uint32_t flow, std::uint32_t session) noexcept;

Taken take_dns(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_dns(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_dns(State& s, std::uint32_t flow) noexcept;
Next feed_dns(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes bytes) noexcept;
bool take_dns_datagram(State& s, std::uint32_t flow, Bytes datagram) noexcept;  // false: not a DNS message after all

}  // namespace pellucid::engine
