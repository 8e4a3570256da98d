#include "lib/export/draft.h"

#include <array>

namespace pellucid::exporter {
namespace {

struct Plan {
  std::array<std::uint32_t, kMaxPieces> keep;  // bytes of each piece that stay
  std::size_t tail = 0;
  bool cut = false;
};

bool present(const Piece& p) noexcept { return p.size() != 0 || p.cut == Cut::cut; }

// Part's order is the order of worth: layers and hellos are small and name the flow, certificates are what a long tail
// is made of, so they get what is left.
void plan_tail(std::span<const Piece> pieces, Plan& plan) noexcept {
  std::size_t room = kMaxTail;
  for (const Piece& p : pieces) room -= present(p) ? sizeof(PartHead) : 0;
  std::array<std::uint8_t, kMaxPieces> order;
  for (std::uint8_t i = 0; i < pieces.size(); ++i) {
    std::uint8_t at = i;
    for (; at > 0 && pieces[order[at - 1u]].part > pieces[i].part; --at) order[at] = order[at - 1u];
    order[at] = i;
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& p = pieces[order[i]];
    const std::size_t keep = std::min(p.size(), room);  // room is a multiple of 8, so padding fits too
    plan.keep[order[i]] = static_cast<std::uint32_t>(keep);
    plan.cut |= keep < p.size() || p.cut == Cut::cut;
    room -= padded(keep);
    plan.tail += present(p) ? sizeof(PartHead) + padded(keep) : 0;
  }
}

void write_part(MutBytes out, const Piece& p, std::size_t keep) noexcept {
  PartHead head{};
  head.size = static_cast<std::uint32_t>(keep);
  head.part = p.part;
  head.cut = keep < p.size() || p.cut == Cut::cut ? 1 : 0;
  std::memcpy(out.data(), &head, sizeof head);
  const MutBytes data = out.subspan(sizeof head, keep);
  if (p.spools != nullptr) {
    p.spools->gather(p.spool, data);
  } else if (keep != 0) {
    std::memcpy(data.data(), p.bytes.data(), keep);
  }
  if (padded(keep) > keep) std::memset(out.data() + sizeof head + keep, 0, padded(keep) - keep);
}

}  // namespace

bool write_record(Ring& ring, const Head& head, Bytes body, std::span<const Piece> pieces) noexcept {
  CHECK(pieces.size() <= kMaxPieces && head.kind < Kind::kCount && body.size() == body_size(head.kind));
  Plan plan;
  plan_tail(pieces, plan);
  CHECK(plan.tail <= kMaxTail);
  const std::size_t size = sizeof(Head) + body.size() + plan.tail;
  if (head.kind == Kind::text && ring.used_bytes() + size > ring.bytes() - ring.bytes() / 4) return false;
  const MutBytes out = ring.reserve(size);
  if (out.empty()) return false;
  Head* slot = reinterpret_cast<Head*>(out.data());
  std::memcpy(slot, &head, sizeof head);
  slot->size = static_cast<std::uint32_t>(size);
  if (plan.cut) slot->flags = static_cast<std::uint16_t>(slot->flags | kHeadIncomplete);
  std::memcpy(out.data() + sizeof head, body.data(), body.size());
  std::size_t at = sizeof head + body.size();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!present(pieces[i])) continue;
    const std::size_t whole = sizeof(PartHead) + padded(plan.keep[i]);
    write_part(out.subspan(at, whole), pieces[i], plan.keep[i]);
    at += whole;
  }
  DCHECK(at == size);
  ring.commit();
  return true;
}

}  // namespace pellucid::exporter
