// Frags: puts IPv4 and IPv6 fragments together (RFC 791 3.2, RFC 8200 4.5). Bounded in datagrams, bytes and time; overlaps:
// the first copy wins, and a datagram with overlapping fragments of differing content in IPv6 is dropped (RFC 5722).
// Owned by whoever parses (a worker, or the reader in replay with several workers).
// Headers are read only in whole datagrams, so fragments that are tiny or that overlap cannot hide a port or a flag (RFC 1858).
#pragma once
#include <memory>

#include "lib/net/key.h"

namespace pellucid::net {

// All of them monotone, in frames (Row::frames: a fragment that was itself put together counts as all its frames).
// Two laws hold after every call:
//   frames given to add() = held + refused
//   held = joined + timed_out + evicted + refused_after_held + pending()
struct FragStats {
  std::uint64_t held;                // taken in, whatever became of them
  std::uint64_t joined;              // … that left inside a reassembled datagram
  std::uint64_t timed_out;           // … wiped because the rest did not come in time
  std::uint64_t evicted;             // … wiped because the table or the pool was full
  std::uint64_t refused;             // not taken in: cut short, too long, contradictory, or no room
  std::uint64_t refused_after_held;  // … wiped because their datagram contradicted itself: IPv6 overlap, too long as a whole
  std::uint64_t datagrams;           // reassembled datagrams
};

class Frags {
 public:
  static constexpr unsigned kMaxDatagrams = 1024;          // being put together at once
  static constexpr unsigned kMaxPieces = 64;               // stretches of a datagram with holes between them
  static constexpr std::uint32_t kMaxBytes = 65535;        // a datagram's
  static constexpr std::uint32_t kMaxPrefix = 1016;        // … and of the headers up to its own, the wrappers included
  static constexpr std::uint32_t kMaxChunks = 4096;        // KiB of payload and headers held
  static constexpr std::uint32_t kTimeoutTicks = 30 * 60;  // about 30 s of packet time, see lib/engine/clock.h
  static constexpr unsigned kMaxExpired = 32;              // datagrams given up in one expire()

  Frags();
  ~Frags();
  Frags(const Frags&) = delete;
  Frags& operator=(const Frags&) = delete;

  // In: a row with fate fragment. When it completes its datagram: gives true, and the row becomes that datagram (frame, len,
  // wire_len and frames summed over all fragments, kRowReassembled set, l3 the offset of the header that was fragmented), to be
  // given to read_headers again; its bytes stay valid until the next recycle(). They are the first fragment's, up to and with
  // its IP header, which is rewritten as if the datagram had never been fragmented; then all of the payload. Headers further
  // out keep the first fragment's lengths. Otherwise false: the fragment is held or refused, as the stats say.
  bool add(Row& row, std::uint32_t tick) noexcept;
  // A key that all fragments of one datagram share, made of their addresses alone, so that it names the same worker as a NIC
  // does that spreads fragments by addresses. False: no part of any datagram; add() refuses it.
  static bool meeting(const Row& row, Key& key) noexcept;
  void recycle() noexcept;                   // once a burst, before the next pull: datagrams handed out are given back
  void expire(std::uint32_t tick) noexcept;  // once a burst: bounded work
  const FragStats& stats() const noexcept;
  std::uint64_t pending() const noexcept;  // frames held now

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pellucid::net
