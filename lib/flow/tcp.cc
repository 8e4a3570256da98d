#include "lib/flow/tcp.h"

namespace pellucid::flow {

namespace {

enum class Event : std::uint8_t { data, syn, syn_ack, fin, rst };  // data: an ACK with or without payload
enum class Peer : std::uint8_t { silent, spoke, finished };        // what the other side has sent so far

constexpr Event event_of(std::uint8_t flags) noexcept {
  if ((flags & kTcpRst) != 0) return Event::rst;
  if ((flags & kTcpSyn) != 0) return (flags & kTcpAck) != 0 ? Event::syn_ack : Event::syn;
  return (flags & kTcpFin) != 0 ? Event::fin : Event::data;
}

constexpr Peer peer_of(std::uint8_t seen) noexcept {
  if ((seen & kTcpFin) != 0) return Peer::finished;
  return seen != 0 ? Peer::spoke : Peer::silent;
}

struct Next {
  TcpState silent, spoke, finished;  // by Peer
  constexpr TcpState operator[](Peer p) const noexcept {
    if (p == Peer::silent) return silent;
    return p == Peer::spoke ? spoke : finished;
  }
};

using enum TcpState;
constexpr Next kOver{closed, closed, closed};
constexpr Next kOn{established, established, closing};
constexpr Next kHalf{closing, closing, closing};
constexpr Next kBegin{opening, opening, opening};

// [state][event]. A FIN with the other side unheard is no half-close that we know of, so the flow stays one-sided: opening.
constexpr Next kNext[5][5] = {
    // data                            syn     syn_ack  fin                            rst
    {{opening, established, closing}, kBegin, kBegin, {opening, closing, closed}, kOver},  // none: the first segment
    {{opening, established, closing}, kBegin, kBegin, {opening, closing, closed}, kOver},  // opening
    {kOn, kOn, kOn, {closing, closing, closed}, kOver},                                    // established
    {kHalf, kHalf, kHalf, {closing, closing, closed}, kOver},                              // closing
    {kOver, kOver, kOver, kOver, kOver},                                                   // closed
};
static_assert(static_cast<unsigned>(closed) + 1 == std::size(kNext));

}  // namespace

TcpState advance(const Hot& hot, Dir dir, std::uint8_t flags) noexcept {
  const Next& next = kNext[static_cast<unsigned>(hot.tcp)][static_cast<unsigned>(event_of(flags))];
  return next[peer_of(hot.tcp_flags[index(other(dir))])];
}

bool begins_anew(const Hot& hot, std::uint8_t flags) noexcept {
  if ((flags & (kTcpSyn | kTcpAck | kTcpRst | kTcpFin)) != kTcpSyn) return false;
  if (hot.tcp == closed || hot.tcp == closing) return true;
  return hot.tcp == opening && ((hot.tcp_flags[0] | hot.tcp_flags[1]) & kTcpSyn) == 0;
}

}  // namespace pellucid::flow
