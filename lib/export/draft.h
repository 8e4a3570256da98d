// Draft: how a worker makes a record: sizes first, then one reservation in the ring that is filled in place and committed.
// A tail beyond kMaxTail is cut, what matters least first. Plain functions, called by the worker that owns the ring's head.
#pragma once
#include "lib/base/spool.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

enum class Cut : std::uint8_t { whole, cut };  // cut: the wire had more than the bytes given

// One source of a part: a view, or a spool. Valid while write_record() runs.
struct Piece {
  Part part;
  Cut cut;
  Bytes bytes;
  const Spools* spools;  // where this is not null, the bytes are those of `spool`
  Spool spool;

  std::size_t size() const noexcept { return spools != nullptr ? spool.size : bytes.size(); }
};

constexpr Piece piece(Part part, Bytes bytes, Cut cut = Cut::whole) noexcept { return {part, cut, bytes, nullptr, {}}; }
constexpr Piece piece(Part part, const Spools& spools, const Spool& spool, Cut cut = Cut::whole) noexcept {
  return {part, cut, {}, &spools, spool};
}
inline Piece piece(const net::Layers& layers) noexcept {
  return {Part::layers, Cut::whole, {reinterpret_cast<const std::uint8_t*>(&layers), sizeof layers}, nullptr, {}};
}

inline constexpr unsigned kMaxPieces = 8;  // parts of one record

// Writes one record; head.size is set here, and kHeadIncomplete where a piece is cut. Empty pieces are left out. Each part
// stands at most once. False: the ring has no room, nothing was written, the caller counts it. Text, of which there is much,
// leaves the last quarter of the ring to all else.
bool write_record(Ring& ring, const Head& head, Bytes body, std::span<const Piece> pieces) noexcept;

template <class Body>
bool write_record(Ring& ring, const Head& head, const Body& body, std::span<const Piece> pieces) noexcept {
  static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) % 8 == 0);
  return write_record(ring, head, Bytes{reinterpret_cast<const std::uint8_t*>(&body), sizeof body}, pieces);
}

}  // namespace pellucid::exporter
