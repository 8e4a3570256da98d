// Quic: a connection of QUIC in its handshake, with the hellos that it brings. It lives in a slab of the worker that owns the
// flow; only that worker's thread touches it.
#pragma once
#include "lib/base/spool.h"
#include "lib/quic/session.h"

namespace pellucid::engine {

inline constexpr std::size_t kMaxEarly = 2048;  // octets of a datagram that waits for the client's first one

struct Quic {
  quic::Session session;
  Spool google;       // the client's hello where it is Google's own
  Spool early;        // an answer that was seen before what it answers, as another queue may bring it
  std::uint32_t tls;  // the tls::Session of its hellos; kNone: none came, or there was no room
};
static_assert(std::is_trivially_copyable_v<Quic>);

// Keys of QUIC that a live worker makes in a tick: a third of its time, where somebody sends Initials of ever new ids.
inline constexpr std::uint32_t kMaxQuicKeys = 1024;

struct FirstPackets {  // what a worker opens QUIC's first packets with; null: they stay closed, and count as unread
  const crypto::Hasher* hasher = nullptr;
  crypto::Aes128* aes = nullptr;
};

}  // namespace pellucid::engine
