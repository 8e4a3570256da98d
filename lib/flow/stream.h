// Streams: TCP payload put in order, for the flows whose bytes somebody wants. What comes in order is read in place; what
// waits for a gap is copied into a pool of segments; of bytes that come twice the first copy wins. One worker owns it. No
// allocation after construction; bounds a flow and for all flows; a full pool refuses and counts.
//
//   now = push(…); while (!now.empty()) { read(now); now = next(…); }
//   if (stuck(…)) { missed = skip(…); drain next(…) likewise; push the same segment again }
//
// Who knows that the next n bytes say nothing to him (a body of which only the length counts) passes over them: they are
// neither put in order nor kept, and a gap among them is none.
#pragma once
#include "lib/base/slab.h"

namespace pellucid::flow {

enum class HalfState : std::uint8_t { idle, begun, moving };  // moving: payload was pushed

struct Half {           // one direction
  std::uint32_t next;   // the sequence number wanted next
  std::uint32_t first;  // held segments: in order, never overlapping, none before `next`
  std::uint32_t last;
  std::uint32_t held_bytes;
  std::uint32_t refused_seq;  // of the first segment refused since the last byte was read, if any was
  std::uint32_t far_seq;      // what would follow the last implausible segment
  std::uint32_t pass_to;      // while passing: where bytes are wanted again
  std::uint16_t held_segments;
  std::uint8_t far;  // implausible segments that followed one another
  HalfState state : 2;
  bool refused : 1;
  bool passing : 1;
};

struct alignas(kLine) Stream {
  Half half[2];  // by Dir
};
static_assert(sizeof(Stream) == kLine);

struct StreamStats {
  // segments with payload, each counted in one of these
  std::uint64_t in_order = 0;
  std::uint64_t out_of_order = 0;   // came while bytes before it were missing
  std::uint64_t retransmitted = 0;  // brought nothing new (keep-alive probes too)
  std::uint64_t far = 0;            // outside any plausible window
  // and what else is to be said of them
  std::uint64_t overlapping = 0;  // brought some bytes again
  std::uint64_t differing = 0;    // brought other bytes than a held copy, which won
  std::uint64_t refused = 0;      // no room for all of it
  std::uint64_t gaps = 0;         // given up by skip()
  // bytes
  std::uint64_t pushed_bytes = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t old_bytes = 0;      // second copies
  std::uint64_t refused_bytes = 0;  // by refused or far segments
  std::uint64_t held_bytes = 0;     // now
  std::uint64_t passed_bytes = 0;   // passed over
  std::uint64_t wiped_bytes = 0;    // held when their stream was dropped
  std::uint64_t missed_bytes = 0;   // never seen, skipped

  // The law: every byte pushed has exactly one fate.
  bool balanced() const noexcept {
    return pushed_bytes == delivered_bytes + old_bytes + refused_bytes + held_bytes + wiped_bytes + passed_bytes;
  }
};

class Streams {
 public:
  static constexpr std::uint32_t kSegmentBytes = 2028;         // a segment with its header fills 32 lines
  static constexpr std::uint32_t kMaxHeldBytes = 256 * 1024;   // a flow's, both directions
  static constexpr std::uint32_t kMaxHeldSegments = 192;       // a flow's, both directions
  static constexpr std::int32_t kMaxAhead = 16 * 1024 * 1024;  // beyond it a sequence number is not believed
  static constexpr std::uint8_t kConfirmFar = 8;               // … unless so many segments in a row continue there
  static constexpr std::uint32_t kMaxPass = 8 * 1024 * 1024;   // bytes passed over at once
  static constexpr std::size_t kMaxPayload = 0xffff;

  Streams(std::uint32_t streams, std::uint32_t segments) : streams_(streams), pool_(segments) {}

  std::uint32_t claim() noexcept;            // kNone: full
  void drop(std::uint32_t stream) noexcept;  // gives held segments back too

  void prefetch(std::uint32_t stream) const noexcept { streams_.prefetch(stream, 1); }

  // The first sequence number of payload: SYN's + 1, or the first segment's where the stream is joined midway. A later call
  // for the same direction counts only as long as no payload was pushed: the first SYN that data followed wins.
  void begin(std::uint32_t stream, Dir dir, std::uint32_t next_seq) noexcept;
  bool begun(std::uint32_t stream, Dir dir) const noexcept { return half(stream, dir).state != HalfState::idle; }

  // What can be read now: the part of `payload` that is new, in place. Empty: nothing new, or a gap stands before it.
  Bytes push(std::uint32_t stream, Dir dir, std::uint32_t seq, Bytes payload) noexcept;
  // Held bytes that have become readable, piece by piece until empty. Valid until the next call on Streams.
  Bytes next(std::uint32_t stream, Dir dir) noexcept;

  bool gapped(std::uint32_t stream, Dir dir) const noexcept;                                      // bytes are held behind a gap
  bool stuck(std::uint32_t stream, Dir dir) const noexcept { return half(stream, dir).refused; }  // a bound is met: skip
  // Gives up the gap: goes on at the first held or refused segment, whichever is nearer. Gives the bytes missed, 0 when
  // nothing waits.
  std::uint32_t skip(std::uint32_t stream, Dir dir) noexcept;

  // The next `bytes` (1 … kMaxPass) are not wanted: push() gives only what follows them. A segment among them that comes late
  // counts as retransmitted.
  void pass(std::uint32_t stream, Dir dir, std::uint32_t bytes) noexcept;
  bool passing(std::uint32_t stream, Dir dir) const noexcept { return half(stream, dir).passing; }
  std::uint32_t left_to_pass(std::uint32_t stream, Dir dir) const noexcept {  // while passing; 0: all have come, or later ones
    const Half& h = half(stream, dir);
    return static_cast<std::int32_t>(h.pass_to - h.next) > 0 ? h.pass_to - h.next : 0;
  }
  void end_pass(std::uint32_t stream, Dir dir) noexcept { half(stream, dir).passing = false; }  // the next byte is wanted

  std::uint32_t next_seq(std::uint32_t stream, Dir dir) const noexcept { return half(stream, dir).next; }
  std::uint32_t held_bytes(std::uint32_t stream) const noexcept {
    return streams_[stream].half[0].held_bytes + streams_[stream].half[1].held_bytes;
  }
  unsigned held_segments(std::uint32_t stream, Dir dir) const noexcept { return half(stream, dir).held_segments; }
  std::uint32_t live() const noexcept { return streams_.live(); }
  std::uint32_t live_segments() const noexcept { return pool_.live(); }
  const StreamStats& stats() const noexcept { return stats_; }

 private:
  struct Segment {
    std::uint32_t next;
    std::uint32_t seq;    // of its first byte
    std::uint32_t begin;  // where that is; before it lie bytes that were read from another copy
    std::uint32_t size;
    std::uint32_t unused;
    std::uint8_t bytes[kSegmentBytes];

    std::uint32_t end_seq() const noexcept { return seq + size; }
  };
  static_assert(sizeof(Segment) == 2048);

  Half& half(std::uint32_t stream, Dir dir) noexcept { return streams_[stream].half[index(dir)]; }
  const Half& half(std::uint32_t stream, Dir dir) const noexcept { return streams_[stream].half[index(dir)]; }
  Bytes place(std::uint32_t stream, Half& h, std::uint32_t seq, Bytes payload) noexcept;
  Bytes pass_over(Half& h, std::uint32_t& seq, Bytes payload) noexcept;
  Bytes take(std::uint32_t stream, Half& h, Bytes payload) noexcept;
  std::size_t undisputed(const Half& h, Bytes payload) noexcept;
  void forget_read(Half& h, std::uint64_t& fate) noexcept;
  void hold(std::uint32_t stream, Half& h, std::uint32_t seq, Bytes payload) noexcept;
  std::size_t again(const Segment& held, std::uint32_t seq, Bytes payload) noexcept;
  std::size_t store(std::uint32_t stream, Half& h, std::uint32_t& before, std::uint32_t seq, Bytes bytes) noexcept;
  std::uint32_t add_segment(std::uint32_t stream, Half& h, std::uint32_t before) noexcept;
  void drop_first(Half& h) noexcept;
  void refuse(Half& h, std::uint32_t seq, std::size_t size) noexcept;
  void refuse_far(Half& h, std::uint32_t seq, std::size_t size) noexcept;

  Slab<Stream> streams_;
  Slab<Segment> pool_;
  StreamStats stats_;
};

}  // namespace pellucid::flow
