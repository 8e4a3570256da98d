// Spools: byte strings that grow at their end, in chunks of one bounded pool. A parser keeps a message here that arrives in
// pieces. Owned by one worker; a Spool is only its handle and must be cleared through the Spools that filled it.
#pragma once
#include <algorithm>

#include "lib/base/slab.h"

namespace pellucid {

struct Spool {
  std::uint32_t first = kNone;
  std::uint32_t last = kNone;
  std::uint32_t size = 0;  // bytes kept
};

class Spools {
 public:
  static constexpr std::uint32_t kChunk = 1016;  // bytes a chunk holds; with its header it fills 16 lines

  explicit Spools(std::uint32_t chunks) : chunks_(chunks) {}

  // Keeps a copy of all bytes, or (pool full) of none and says so.
  bool append(Spool& s, Bytes bytes) noexcept { return !refuse(Refusal::spool, this) && append_promised(s, bytes); }
  // The same for a caller that has made sure of room.
  bool append_promised(Spool& s, Bytes bytes) noexcept {
    if (!room(s, bytes.size())) return false;
    while (!bytes.empty()) {
      const std::uint32_t used = s.size % kChunk;
      if (used == 0) grow(s);
      const std::size_t n = std::min<std::size_t>(kChunk - used, bytes.size());
      std::memcpy(chunks_[s.last].bytes + used, bytes.data(), n);
      s.size += static_cast<std::uint32_t>(n);
      bytes = bytes.subspan(n);
    }
    return true;
  }
  // Copies the first bytes into `out`, as many as fit; gives how many.
  std::size_t gather(const Spool& s, MutBytes out) const noexcept {
    std::size_t done = 0;
    const std::size_t want = std::min<std::size_t>(out.size(), s.size);
    for (std::uint32_t c = s.first; done < want; c = chunks_[c].next) {
      const std::size_t n = std::min<std::size_t>(kChunk, want - done);
      std::memcpy(out.data() + done, chunks_[c].bytes, n);
      done += n;
    }
    return done;
  }
  void clear(Spool& s) noexcept {
    for (std::uint32_t c = s.first; c != kNone;) {
      const std::uint32_t next = chunks_[c].next;
      chunks_.drop(c);
      c = next;
    }
    s = Spool{};
  }
  std::uint32_t live_chunks() const noexcept { return chunks_.live(); }

 private:
  struct Chunk {
    std::uint32_t next;
    std::uint32_t unused;
    std::uint8_t bytes[kChunk];
  };
  static_assert(sizeof(Chunk) == 1024);

  bool room(const Spool& s, std::size_t more) const noexcept {
    const std::size_t have = (s.size + kChunk - 1) / kChunk;
    const std::size_t need = (s.size + more + kChunk - 1) / kChunk;
    return need - have <= chunks_.capacity() - chunks_.live();
  }
  void grow(Spool& s) noexcept {
    const std::uint32_t c = chunks_.claim_promised();
    chunks_[c].next = kNone;
    if (s.last == kNone) {
      s.first = c;
    } else {
      chunks_[s.last].next = c;
    }
    s.last = c;
  }

  Slab<Chunk> chunks_;
};

}  // namespace pellucid
