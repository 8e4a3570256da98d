// Table: the flows of one worker, found by key and 64-bit hash: a bucket line, then the flow's own two lines. One worker owns
// it. No allocation after construction; memory is touched only when first used.
//
// A flow lives in its first bucket, or, when that is full, in its second; with both full, one flow there that can move to its
// own other bucket makes room. At capacity six of ten slots are used, so that a second line is seldom read (a bucket
// counts its flows that live elsewhere). Whoever does not know the hash's secret cannot fill a bucket on purpose; who does
// gains no more than a refused claim, since no loop here depends on the keys.
#pragma once
#include "lib/base/prefetch.h"
#include "lib/base/slab.h"
#include "lib/flow/bucket.h"
#include "lib/flow/hot.h"

namespace pellucid::flow {

class Table {
 public:
  static constexpr std::uint32_t kMinCapacity = 64;
  static constexpr std::uint32_t kMaxCapacity = 64u << 20;
  static constexpr unsigned kMaxEvictLook = 16;  // flows among which a victim is looked for

  explicit Table(std::uint32_t capacity);

  void prefetch(std::uint64_t hash) const noexcept { pellucid::prefetch(&bucket_.at[first(hash)]); }
  // The first flow whose tag fits, most likely the one that find() will give, or kNone; asks for its lines. The bucket should
  // have arrived by now.
  std::uint32_t expect(std::uint64_t hash) const noexcept {
    const Bucket& b = bucket_.at[first(hash)];
    const Slots fit = match(b, tag_of(hash));
    if (fit == 0) return kNone;
    const std::uint32_t flow = b.flow[first_slot(fit)];
    prefetch_lines(flow);
    return flow;
  }
  void prefetch_lines(std::uint32_t flow) const noexcept {
    const Hot* h = &hot_[flow];
    pellucid::prefetch(h);
    pellucid::prefetch(h->packets);  // the second line
  }
  void prefetch_cold(std::uint32_t flow) const noexcept { pellucid::prefetch(&cold_.at[flow]); }

  // Index, or kNone. `expected` is what expect() gave, however long ago.
  std::uint32_t find(const net::Key& key, std::uint64_t hash, std::uint32_t expected) const noexcept {
    if (expected != kNone && is(expected, key, hash)) return expected;
    return find(key, hash);
  }
  std::uint32_t find(const net::Key& key, std::uint64_t hash) const noexcept;

  // A new flow for a key that is not in the table: Hot and Cold zeroed, save key, hash and (kNone) stream, session, dpi and
  // layers. kNone: no room until the victim for this hash has been dropped.
  std::uint32_t claim(const net::Key& key, std::uint64_t hash) noexcept;

  // Once claim(hash) has failed: the flow that must be dropped so that it will succeed. It is never one with last_tick >=
  // protect_from_tick. One that nobody answered (or that is closed) leaves before one that was; among equals the longest idle
  // leaves. Looks at kMaxEvictLook flows from all over the table, or, where the two buckets that must hold the flow are full,
  // at theirs. kNone: none of those may leave.
  std::uint32_t victim(std::uint64_t hash, std::uint32_t protect_from_tick) const noexcept;

  void drop(std::uint32_t flow) noexcept;

  Hot& hot(std::uint32_t flow) noexcept { return hot_[flow]; }
  const Hot& hot(std::uint32_t flow) const noexcept { return hot_[flow]; }
  Cold& cold(std::uint32_t flow) noexcept { return cold_.at[flow]; }
  const Cold& cold(std::uint32_t flow) const noexcept { return cold_.at[flow]; }
  std::uint32_t live() const noexcept { return hot_.live(); }
  std::uint32_t capacity() const noexcept { return hot_.capacity(); }

  // The first live flow at or after `from`, or kNone.
  std::uint32_t next_live(std::uint32_t from) const noexcept {
    for (std::uint32_t word = from / 64; word * 64 < used_; ++word) {
      const std::uint64_t bits = live_.at[word] & (word == from / 64 ? ~std::uint64_t{0} << from % 64 : ~std::uint64_t{0});
      if (bits != 0) return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
    }
    return kNone;
  }

  // f(index) for every live flow in index order; f may drop flows.
  template <class F>
  void each(F&& f) {
    for (std::uint32_t word = 0; word * 64 < used_; ++word) {
      for (std::uint64_t left = live_.at[word]; left != 0; left &= live_.at[word]) {
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
        left &= left - 1;
        f(word * 64 + bit);
      }
    }
  }

 private:
  // Bits from all over the hash choose the first bucket, so that it does not matter if other bits already chose the worker;
  // others choose the second and the tag.
  static constexpr std::uint64_t kSpread = 0x9e37'79b9'7f4a'7c15;

  std::uint32_t first(std::uint64_t hash) const noexcept { return scale(static_cast<std::uint32_t>(hash * kSpread >> 32)); }
  std::uint32_t second(std::uint64_t hash) const noexcept {
    const std::uint32_t b = scale(static_cast<std::uint32_t>(hash >> 16));
    if (b != first(hash)) return b;
    return b + 1 == buckets_ ? 0 : b + 1;
  }
  std::uint32_t scale(std::uint32_t v) const noexcept {  // 0 … 2^32 - 1 onto the buckets
    return static_cast<std::uint32_t>(std::uint64_t{v} * buckets_ >> 32);
  }
  static std::uint16_t tag_of(std::uint64_t hash) noexcept {
    const auto tag = static_cast<std::uint16_t>(hash);
    return tag == 0 ? 1 : tag;
  }
  std::uint32_t find_in(const Bucket& b, const net::Key& key, std::uint64_t hash) const noexcept {
    for (Slots fit = match(b, tag_of(hash)); fit != 0; fit &= fit - 1) {
      const std::uint32_t flow = b.flow[first_slot(fit)];
      if (is(flow, key, hash)) return flow;
    }
    return kNone;
  }
  bool is(std::uint32_t flow, const net::Key& key, std::uint64_t hash) const noexcept {
    return hot_[flow].hash == hash && hot_[flow].key == key;
  }
  struct Place {
    std::uint32_t bucket;  // kNone: there is none
    unsigned slot;
  };
  struct Move {
    Place from, to;
  };
  Place locate(std::uint32_t flow) const noexcept;
  Place empty_place(std::uint64_t hash) const noexcept;
  Move find_move(std::uint32_t bucket) const noexcept;
  Move find_move(std::uint64_t hash) const noexcept;
  Place make_room(std::uint64_t hash) noexcept;
  bool leaves_before(std::uint32_t x, std::uint32_t y) const noexcept;
  unsigned candidates(std::uint64_t hash, std::uint32_t* flows) const noexcept;

  std::uint32_t buckets_;
  std::uint32_t used_ = 0;  // indexes below this were claimed at least once
  LineArray<Bucket> bucket_;
  Slab<Hot> hot_;
  LineArray<Cold> cold_;
  LineArray<std::uint64_t> live_;  // a bit for each index
};

}  // namespace pellucid::flow
