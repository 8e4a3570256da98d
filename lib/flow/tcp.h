// Tcp: how a connection's state follows from the flags of its segments, and how long a silent flow is kept. Pure functions
// over Hot, called by the worker that owns the flow.
#pragma once
#include "lib/flow/hot.h"

namespace pellucid::flow {

// RFC 9293 3.1
inline constexpr std::uint8_t kTcpFin = 1, kTcpSyn = 2, kTcpRst = 4, kTcpAck = 16;

// The state after a segment of direction `dir`. Hot.tcp_flags says who has spoken and who has sent FIN, that of the other
// direction is read; whether the segment's own flags are already in it does not matter. A flow that was joined midway goes
// from what is seen: opening while one side speaks, established when the other does too.
TcpState advance(const Hot& hot, Dir dir, std::uint8_t flags) noexcept;
// Whether it can be another one than before: most segments only acknowledge or carry data, and change nothing.
inline bool may_advance(const Hot& hot, std::uint8_t flags) noexcept {
  return (flags & (kTcpFin | kTcpSyn | kTcpRst)) != 0 || hot.tcp < TcpState::established;
}

// Whether a segment begins a new connection on the ports of this one, which then is over: a SYN after the end (RFC 9293
// 3.6.1) or after one side's FIN, and a SYN in a flow of which only unanswered segments without SYN were seen. A SYN in an
// established connection does not: its receiver challenges it (RFC 9293 3.10.7.4) and anybody could have sent it.
bool begins_anew(const Hot& hot, std::uint8_t flags) noexcept;

inline constexpr unsigned kTickShift = 24;                   // a tick is 2^24 ns, as the engine's clock makes them
constexpr std::uint32_t seconds(std::uint32_t s) noexcept {  // in ticks, rounded up, at least one
  return s == 0 ? 1 : static_cast<std::uint32_t>(((std::uint64_t{s} * 1'000'000'000 - 1) >> kTickShift) + 1);
}

// Ticks of silence after which a flow ends. A half-closed connection may go on carrying data for as long as an open one, so
// it counts as established. A flow that only one side feeds, because only that side is seen, counts as unestablished.
struct Timeouts {
  std::uint32_t tcp_established = seconds(300);
  std::uint32_t tcp_unestablished = seconds(5);
  std::uint32_t tcp_closed = seconds(1);
  std::uint32_t udp = seconds(60);
  std::uint32_t other = seconds(30);
};

inline std::uint32_t timeout_of(const Hot& hot, const Timeouts& t) noexcept {
  if (hot.key.proto == 17) return t.udp;
  if (hot.key.proto != 6) return t.other;
  if (hot.tcp == TcpState::closed) return t.tcp_closed;
  return hot.tcp == TcpState::established || hot.tcp == TcpState::closing ? t.tcp_established : t.tcp_unestablished;
}

}  // namespace pellucid::flow
