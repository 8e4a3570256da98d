// Hot and Cold: the state of one flow. Hot is what each packet touches, two cache lines; Cold is written when the flow begins
// and read when it ends. Same index in both. Owned by the worker whose Table holds them.
#pragma once
#include "lib/net/key.h"

namespace pellucid::flow {

enum class TcpState : std::uint8_t {
  none,         // not TCP
  opening,      // SYN seen, or midstream and only one side has spoken
  established,  // both sides have spoken after the opening, or midstream with data both ways
  closing,      // one side has sent FIN
  closed,       // both have, or RST
};

enum class End : std::uint8_t { timeout, closed, evicted, shutdown, kCount };  // why a flow ended: `reason` of flow_ended_total
inline constexpr std::string_view kEndLabels[] = {"timeout", "closed", "evicted", "shutdown"};

// What the worker still does for a flow's payload. The names of the readers are those of records.
enum class Reader : std::uint8_t { unknown, none, tls, http, dns, opened, quic, dtls };  // opened: TLS whose records are

inline constexpr std::uint16_t kFlowSwapped = 1;      // the source (Dir::up's sender) is key.b
inline constexpr std::uint16_t kFlowMidstream = 2;    // no SYN began it
inline constexpr std::uint16_t kFlowAssumed = 4;      // who is the source is a guess
inline constexpr std::uint16_t kFlowOneSided = 8;     // set at the end: only one direction was seen
inline constexpr std::uint16_t kFlowDecided = 16;     // its application is settled; DPI is never asked again
inline constexpr std::uint16_t kFlowIncomplete = 32;  // a limit was met: some of its metadata is missing
inline constexpr std::uint16_t kFlowSyn = 64;         // its SYN was seen, no payload yet: session holds the SYN's sequence + 1
inline constexpr std::uint16_t kFlowReversed = 128;   // records show it the other way round: the ClientHello came from down
inline constexpr std::uint16_t kFlowUnread = 256;     // policy wants none of its bytes read
inline constexpr std::uint16_t kFlowNamed = 512;      // its name is known, or that it has none
inline constexpr std::uint16_t kFlowLabelled = 1024;  // its application is known, or that nobody can tell
// Two fields of the flags: what records may say (policy::Level), and what a reader of ours has found.
inline constexpr unsigned kFlowLevelShift = 11, kFlowLevelBits = 3;
inline constexpr unsigned kFlowContentShift = 14, kFlowContentBits = 2;
enum class Content : std::uint8_t { nothing, tls, dns, http };

struct alignas(kLine) Hot {
  // line 1: what finding needs
  net::Key key;
  std::uint64_t hash;
  std::uint32_t last_tick;
  std::uint32_t due_tick;  // when its timer is set for
  // line 2: what a packet changes; [0] up, [1] down
  std::uint64_t packets[2];
  std::uint64_t bytes[2];
  std::uint64_t last_ns;
  std::uint32_t stream;       // index in Streams, kNone: nobody wants its bytes
  std::uint32_t session;      // index in the reader's slab, kNone; before any payload of a flow with kFlowSyn: first sequence
                              // number; once nobody reads it any more: where its payload counts, metrics::Coverage
  std::uint32_t dpi;          // DPI's handle, kNone
  std::uint16_t flags;        // kFlow…
  std::uint8_t tcp_flags[2];  // all flags seen
  TcpState tcp;
  Reader reader;
  std::uint16_t epoch;        // of the policy that it was judged by: the low bits of its generation
  std::uint32_t update_tick;  // when the next flow_update is due
};
constexpr unsigned field(std::uint16_t flags, unsigned shift, unsigned bits) noexcept {
  return flags >> shift & ((1u << bits) - 1);
}
constexpr std::uint16_t with_field(std::uint16_t flags, unsigned shift, unsigned bits, unsigned value) noexcept {
  const unsigned mask = ((1u << bits) - 1) << shift;
  return static_cast<std::uint16_t>((flags & ~mask) | (value << shift & mask));
}
static_assert(sizeof(Hot) == 2 * kLine && std::is_trivially_copyable_v<Hot>);

inline constexpr std::uint8_t kColdRefused = 1;  // policy asked for it to be opened, and nothing was
inline constexpr std::uint8_t kColdGuarded = 2;  // … asks, but protects it: only a grant that lifts this opens it
inline constexpr std::uint8_t kColdLifted = 4;   // … which one did
inline constexpr std::uint8_t kColdDtls = 8;     // its hellos are those of DTLS

struct alignas(kLine) Cold {
  std::uint64_t first_ns;
  std::uint64_t flow_id;
  std::uint8_t marks;    // kCold…
  std::uint32_t layers;  // index in the worker's slab of net::Layers, kNone: no wrapper
  std::uint16_t iface;
  std::uint8_t icmp_type;
  std::uint8_t icmp_code;
  // the verdict, see lib/classify/label.h
  std::uint16_t master;
  std::uint16_t app;
  std::uint16_t category;
  std::uint8_t confidence;
  std::uint8_t by;
  std::uint64_t hello_ns;      // TLS: capture time of the ClientHello
  std::uint32_t transactions;  // records written by its reader
  std::uint32_t hello_tick;    // TLS: when its session began, for the wait that ends it
  std::uint32_t name;          // index in the worker's slab of names, kNone
  std::uint16_t rule;          // of the policy that it was judged by
  std::uint8_t asked;          // packets with payload that DPI has seen
  std::uint8_t probed;         // payloads that were probed for a protocol
};
static_assert(sizeof(Cold) == kLine && std::is_trivially_copyable_v<Cold>);

}  // namespace pellucid::flow
