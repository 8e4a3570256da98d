// Pieces: one direction's handshake stream put in order: pieces come in any order, twice, overlapping. Octets that came first
// stay. Room is claimed with the first piece and given back when all that came was read. Owned by a worker.
#pragma once
#include "lib/base/err.h"
#include "lib/base/slab.h"

namespace pellucid::quic {

inline constexpr std::uint32_t kMaxAhead = 8192;  // octets of the stream that are held; a hello that is longer is not read

struct Room {
  std::uint64_t have[kMaxAhead / 64];  // a bit for each octet
  std::uint8_t bytes[kMaxAhead];
};
using Rooms = Slab<Room>;

struct Stream {
  std::uint64_t base;   // offset of the first octet that was not read
  std::uint32_t ready;  // octets from there on that are there without a gap
  std::uint32_t most;   // … with gaps
  std::uint32_t room;   // kNone
};

inline constexpr Stream kNoStream{0, 0, 0, kNone};

// full: no room is left; too_long: the piece reaches beyond what is held, and is not taken.
Err add(Rooms& rooms, Stream& s, std::uint64_t offset, Bytes data) noexcept;
Bytes ready(const Rooms& rooms, const Stream& s) noexcept;
void consume(Rooms& rooms, Stream& s, std::uint32_t octets) noexcept;  // of what is ready
void drop(Rooms& rooms, Stream& s) noexcept;

}  // namespace pellucid::quic
