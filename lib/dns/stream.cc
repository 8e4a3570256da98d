#include "lib/dns/stream.h"

#include <algorithm>

namespace pellucid::dns {

namespace {

using Side = Session::Side;

void next_message(Side& side, Spools& spools) noexcept {
  spools.clear(side.kept);
  side.length = side.read = 0;
  side.length_octets = side.cut = 0;
}

// Keeps what fits below kMaxKept; what does not is only counted.
void keep(Side& side, Bytes bytes, Spools& spools) noexcept {
  const std::size_t room = kMaxKept - side.kept.size;
  const Bytes some = bytes.first(std::min(bytes.size(), room));
  if (side.cut != 0) return;
  if (some.size() < bytes.size()) side.cut = 1;
  if (!spools.append(side.kept, some)) side.cut = 1;
}

Fed finish_message(Side& side, std::size_t used, Room& room) noexcept {
  const std::size_t size = room.spools.gather(side.kept, room.scratch);
  const Fed fed{used, Event::message, side.cut, Bytes(room.scratch.data(), size)};
  next_message(side, room.spools);
  return fed;
}

}  // namespace

void reset(Session& s) noexcept { s = Session{}; }

Fed feed(Session& s, Dir dir, Bytes bytes, Room& room) noexcept {
  DCHECK(room.scratch.size() >= kMaxKept);
  Side& side = s.side[index(dir)];
  std::size_t used = 0;
  if (side.astray != 0) {
    if (probe_stream(bytes, {0, 0}) != Probe::yes) return {bytes.size(), Event::more, 0, {}};
    side.astray = 0;
  }
  for (; side.length_octets < 2 && used < bytes.size(); ++side.length_octets) {
    side.length = static_cast<std::uint16_t>(side.length << 8 | bytes[used++]);
  }
  if (side.length_octets < 2) return {used, Event::more, 0, {}};
  if (side.length < kHeaderSize) return {used, Event::failed, 0, {}};
  const std::size_t want = static_cast<std::size_t>(side.length - side.read);
  const Bytes piece = bytes.subspan(used, std::min(want, bytes.size() - used));
  used += piece.size();
  if (side.read == 0 && piece.size() == want && want <= kMaxKept) {  // whole in one segment: read where it lies
    next_message(side, room.spools);
    return {used, Event::message, 0, piece};
  }
  keep(side, piece, room.spools);
  side.read = static_cast<std::uint16_t>(side.read + piece.size());
  if (side.read < side.length) return {used, Event::more, 0, {}};
  return finish_message(side, used, room);
}

void lost(Session& s, Dir dir, std::uint64_t missed, Spools& spools) noexcept {
  Side& side = s.side[index(dir)];
  if (missed == 0 || side.astray != 0) return;
  const std::uint64_t want = static_cast<std::uint64_t>(side.length - side.read);
  if (side.length_octets < 2 || missed > want) {
    next_message(side, spools);
    side.astray = 1;
    return;
  }
  side.cut = 1;  // what came before the gap stays: header and first question are mostly there
  side.read = static_cast<std::uint16_t>(side.read + missed);
  if (side.read == side.length && side.kept.size < kHeaderSize) next_message(side, spools);
}

void drop(Session& s, Spools& spools) noexcept {
  for (Side& side : s.side) spools.clear(side.kept);
}

}  // namespace pellucid::dns
