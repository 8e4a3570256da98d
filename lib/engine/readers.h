// Readers: what each protocol does with the bytes of a TCP stream, in order, and when bytes are missing or the flow ends. One
// row a protocol, in inspect.cc's table. Functions over one worker's State.
#pragma once
#include "lib/engine/state.h"

namespace pellucid::engine {

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
bool tls_waited(const State& s, const flow::Hot& h, const flow::Cold& c) noexcept;  // its time to the record is over

// `left` octets are still to come of those that the stream passes over for this reader.
void passed_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t left) noexcept;
Taken take_http(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_http(State& s, std::uint32_t flow) noexcept;

Taken take_dns(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_dns(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_dns(State& s, std::uint32_t flow) noexcept;
bool take_dns_datagram(State& s, std::uint32_t flow, Bytes datagram) noexcept;  // false: not a DNS message after all

}  // namespace pellucid::engine
