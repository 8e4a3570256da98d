// Frags: puts IPv4 and IPv6 fragments together (RFC 791 3.2, RFC 8200 4.5). Bounded in datagrams, bytes and time; overlaps:
// the first copy wins, and a datagram with overlapping fragments of differing content in IPv6 is dropped (RFC 5722).
// Owned by whoever parses (a worker, or the reader in replay with several workers).
#pragma once
#include <memory>

#include "lib/net/key.h"

namespace pellucid::net {

struct FragStats {  // packets (fragments), all of them monotone
  std::uint64_t held;        // fragments taken in, whatever became of them
  std::uint64_t joined;      // … that left inside a reassembled datagram
  std::uint64_t timed_out;   // … wiped because the rest did not come in time
  std::uint64_t evicted;     // … wiped because the table was full
  std::uint64_t refused;     // … that could not be taken: too long, contradictory, overlapping in IPv6
  std::uint64_t datagrams;   // reassembled datagrams
};

class Frags {
 public:
  static constexpr unsigned kMaxDatagrams = 1024;   // being put together at once
  static constexpr unsigned kMaxPieces = 64;        // fragments a datagram
  static constexpr std::uint32_t kMaxBytes = 65535; // a datagram's
  static constexpr std::uint32_t kTimeoutTicks = 30 * 60;  // about 30 s of packet time, see lib/engine/clock.h

  Frags();
  ~Frags();
  Frags(const Frags&) = delete;
  Frags& operator=(const Frags&) = delete;

  // In: a row with fate fragment. When it completes its datagram: gives true, and the row becomes that datagram (frame, len,
  // wire_len and frames summed over all fragments, kRowReassembled set), to be given to read_headers again; its bytes stay
  // valid until the next recycle(). Otherwise false: the fragment is held or refused, as the stats say.
  bool add(Row& row, std::uint32_t tick) noexcept;
  void recycle() noexcept;               // once a burst, before the next pull: datagrams handed out are given back
  void expire(std::uint32_t tick) noexcept;  // once a burst: bounded work
  const FragStats& stats() const noexcept;
  std::uint64_t pending() const noexcept;  // fragments held now: held = joined + timed_out + evicted + pending

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pellucid::net
