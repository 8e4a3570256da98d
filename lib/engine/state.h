// State: everything that one worker owns and no other thread touches: tables, pools, counters, its end of the record ring.
// Made by app before the worker starts; the parts of a turn (flows, inspect, label, report) are functions over it.
#pragma once
#include "lib/base/spool.h"
#include "lib/classify/dpi.h"
#include "lib/dns/stream.h"
#include "lib/engine/dtls.h"
#include "lib/engine/name.h"
#include "lib/engine/opened.h"
#include "lib/engine/quic.h"
#include "lib/export/record.h"
#include "lib/flow/age.h"
#include "lib/flow/stream.h"
#include "lib/flow/table.h"
#include "lib/flow/tcp.h"
#include "lib/http/session.h"
#include "lib/metrics/counter.h"
#include "lib/net/hash.h"
#include "lib/policy/program.h"
#include "lib/tls/session.h"

namespace pellucid::engine {

struct Limits {  // per worker; docs/LIMITS.md says what happens at each
  std::uint32_t flows = 1u << 20;
  std::uint32_t streams = 1u << 17;       // TCP flows whose bytes are followed at once
  std::uint32_t segments = 1u << 14;      // 2 KiB pieces that wait for a gap
  std::uint32_t spool_chunks = 1u << 16;  // 1 KiB pieces of messages that arrive in parts
  std::uint32_t tls_sessions = 1u << 15;  // in their handshake at once
  std::uint32_t http_sessions = 1u << 15;
  std::uint32_t dns_sessions = 1u << 12;   // over TCP
  std::uint32_t candidates = 1u << 14;     // flows whose first bytes are too few to tell
  std::uint32_t layers = 1u << 18;         // flows with tags or tunnels
  std::uint32_t names = 1u << 18;          // host names kept for judging flows anew
  std::uint32_t opened = 1u << 14;         // TLS sessions that are opened at once, where any is
  std::uint32_t sealed_rooms = 1u << 13;   // … records of theirs that go on in a later packet
  std::uint32_t dtls = 1u << 13;           // handshakes of DTLS at once
  std::uint32_t quic_sessions = 1u << 14;  // in their handshake at once
  std::uint32_t quic_rooms = 1u << 12;     // … directions of theirs of which a part has come
};

struct Options {
  std::uint16_t worker = 0;
  policy::Level level = policy::Level::classify;
  Limits limits;
  flow::Timeouts timeouts;
  net::HashSecret secret{};
  net::FlowHashKernel flow_hash = net::flow_hash_plain;
  unsigned dpi_tcp_packets = 8;  // packets with payload that DPI may see of a flow
  unsigned dpi_udp_packets = 4;
  bool many_queues = false;  // a flow's packets may come by several, so that its directions are in no order among each other
  std::uint32_t update_ticks = 0;    // between two flow_update records
  std::uint32_t tls_wait_ticks = 0;  // from the ClientHello to the record at the latest
  std::uint32_t quic_keys = kNone;   // pairs of QUIC's keys made in a tick; beyond them Initials are passed over, counted
};

inline constexpr unsigned kMaxProbes = 32;    // payloads of a TCP flow in which a protocol is looked for
inline constexpr unsigned kMaxUnread = 12;    // segments that wait for a gap while no reader has begun: a first window and some
inline constexpr unsigned kMaxUdpProbes = 2;  // … of a UDP flow
inline constexpr unsigned kMaxCandidateBytes = 512;  // kept while no reader can tell yet
inline constexpr unsigned kAgeBudget = 256;          // timers looked at in a turn
inline constexpr std::size_t kScratch = 68 * 1024;   // the longest message that is put together

struct Candidate {  // first bytes of a TCP flow that could still become a protocol of ours
  Spool bytes[2];
};

struct State {
  State(const Options& options, Ring& records, classify::Dpi* dpi, metrics::WorkerCounters& counters, const Opener& opener,
        const FirstPackets& first);

  Options options;
  Ring& records;
  classify::Dpi* dpi;  // null: metadata only
  metrics::WorkerCounters& counters;
  Opener opener;
  FirstPackets first;

  flow::Table table;
  flow::Age age;
  flow::Streams streams;
  Spools spools;
  Slab<tls::Session> tls;
  Slab<http::Session> http;
  Slab<dns::Session> dns;
  Slab<Candidate> candidates;
  Slab<net::Layers> layers;
  Slab<Name> names;
  Slab<Opened> opened;
  Slab<DtlsFlow> dtls;
  Slab<Quic> quic;
  quic::Rooms quic_rooms;
  tls::SealedRooms sealed_rooms;
  LineArray<std::uint8_t> scratch;
  LineArray<std::uint8_t> late;     // fragments of DTLS that are read again
  LineArray<std::uint8_t> text;     // of the record at hand
  LineArray<std::uint8_t> parking;  // what waited for a key, read again
  LineArray<policy::Desk> desk;

  const policy::Program* program = nullptr;  // in force; null: options.level holds for every flow
  std::uint16_t epoch = 0;                   // the low bits of its generation
  std::uint32_t flows_at[5] = {};            // live, by level
  std::uint32_t opened_count = 0;            // sessions for which opening was begun
  std::uint32_t quic_keys_left = 0;          // of Options::quic_keys
  std::uint32_t quic_tick = kNone;           // … in this tick

  classify::DpiJob jobs[net::kBurst];
  unsigned job_count = 0;
  std::uint32_t now = 0;                                 // tick of the row at hand
  std::uint32_t burst_tick = 0;                          // of the burst's first row: flows seen since then may not be evicted
  std::uint64_t ts_ns = 0;                               // capture time of the row at hand
  std::uint64_t payload = 0;                             // octets that came
  std::uint64_t coverage[metrics::kCoverages + 1] = {};  // … by what became of them; the last: not yet decided

  MutBytes room() noexcept { return {scratch.at, kScratch}; }
};

}  // namespace pellucid::engine
