#include "lib/crypto/both.h"

namespace pellucid::crypto {

Result<Slot> Both::claim(const KeyUse& use) noexcept {
  const Result<Slot> slot = first_->claim(use);
  if (slot || slot.err() != Err::unsupported) return slot;
  const Result<Slot> other = second_->claim(use);
  return other ? Result<Slot>(Slot{other->index | kSecond, other->generation}) : other;
}

void Both::drop(Slot slot) noexcept {
  if (slot.index == kNone) return;
  Engine& engine = (slot.index & kSecond) != 0 ? *second_ : *first_;
  slot.index &= ~kSecond;
  engine.drop(slot);
}

// Pieces of one engine that stand together go to it together.
void Both::open(std::span<Piece> pieces) noexcept {
  while (!pieces.empty()) {
    const bool second = (pieces.front().slot.index & kSecond) != 0;
    std::size_t n = 0;
    while (n < pieces.size() && ((pieces[n].slot.index & kSecond) != 0) == second) pieces[n++].slot.index &= ~kSecond;
    (second ? *second_ : *first_).open(pieces.first(n));
    if (second) {
      for (Piece& piece : pieces.first(n)) piece.slot.index |= kSecond;
    }
    pieces = pieces.subspan(n);
  }
}

}  // namespace pellucid::crypto
