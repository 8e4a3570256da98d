// Counter, Family and WorkerCounters: what a thread of the data path counts. Each block has one writer, the thread that owns
// it; any thread may read it at any time. No field is ever taken back except gauges, which are set.
#pragma once
#include <atomic>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/err.h"

namespace pellucid::metrics {

class Counter {
 public:
  void add(std::uint64_t n) noexcept { set(value() + n); }  // one writer: a plain load and store, no locked instruction
  void inc() noexcept { add(1); }
  void set(std::uint64_t n) noexcept { v_.store(n, std::memory_order_relaxed); }  // gauges, and sums kept elsewhere
  std::uint64_t value() const noexcept { return v_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> v_{0};
};
static_assert(sizeof(Counter) == 8 && std::atomic<std::uint64_t>::is_always_lock_free);

// One counter for each value of one or two enumerations.
template <unsigned Rows, unsigned Columns = 1>
class Family {
 public:
  static constexpr unsigned kRows = Rows;
  static constexpr unsigned kColumns = Columns;

  template <class Row>
  Counter& at(Row row) noexcept {
    static_assert(Columns == 1);
    return cells_[slot(row, 0)];
  }
  template <class Row, class Column>
  Counter& at(Row row, Column column) noexcept {
    return cells_[slot(row, column)];
  }
  template <class Row>
  std::uint64_t value(Row row) const noexcept {
    static_assert(Columns == 1);
    return cells_[slot(row, 0)].value();
  }
  template <class Row, class Column>
  std::uint64_t value(Row row, Column column) const noexcept {
    return cells_[slot(row, column)].value();
  }
  std::uint64_t sum() const noexcept {
    std::uint64_t total = 0;
    for (const Counter& c : cells_) total += c.value();
    return total;
  }
  std::span<const Counter> cells() const noexcept { return cells_; }
  std::span<Counter> cells() noexcept { return cells_; }

 private:
  template <class Row, class Column>
  static unsigned slot(Row row, Column column) noexcept {
    const auto r = static_cast<unsigned>(row);
    const auto c = static_cast<unsigned>(column);
    DCHECK(r < Rows && c < Columns);
    return r * Columns + c;
  }

  Counter cells_[Rows * Columns];
};

// The sizes of enumerations that live in modules to the right of this one; test/unit/metrics proves that they agree.
inline constexpr unsigned kErrs = static_cast<unsigned>(Err::kCount);
inline constexpr unsigned kLayers = 16;      // net::Layer
inline constexpr unsigned kEnds = 4;         // flow::End
inline constexpr unsigned kReaders = 8;      // flow::Reader
inline constexpr unsigned kKinds = 9;        // exporter::Kind
inline constexpr unsigned kCategories = 41;  // classify::category_slot()
enum class TlsVersion : std::uint8_t { ssl2, ssl3, tls10, tls11, tls12, tls13, undetermined, other, kCount };
enum class TlsMode : std::uint8_t { clear, opaque, opened, refused, kCount };  // clear: the cipher hides nothing
inline constexpr unsigned kLevels = 5;                                         // policy::Level
enum class Decrypted : std::uint8_t { ok, bad, lost, kCount };                 // records of sessions that were opened
inline constexpr unsigned kMethods = 3;                                        // keys::Method
inline constexpr unsigned kResults = 3;                                        // exporter::Outcome
inline constexpr unsigned kReasons = 15;                                       // keys::Reason
inline constexpr unsigned kQuicKinds = 7;                                      // quic::Kind
inline constexpr unsigned kQuicFates = 10;                                     // quic::Fate
enum class Untracked : std::uint8_t { table_full, kCount };
// What became of payload: docs/why/coverage.md.
enum class Coverage : std::uint8_t { clear, decrypted, not_requested, refused, excluded, no_key, unsupported, lost, kCount };
enum class DpiEnd : std::uint8_t { decided, gave_up, dropped, kCount };
inline constexpr unsigned kTlsVersions = static_cast<unsigned>(TlsVersion::kCount);
inline constexpr unsigned kTlsModes = static_cast<unsigned>(TlsMode::kCount);
inline constexpr unsigned kDecrypted = static_cast<unsigned>(Decrypted::kCount);
inline constexpr unsigned kUntracked = static_cast<unsigned>(Untracked::kCount);
inline constexpr unsigned kCoverages = static_cast<unsigned>(Coverage::kCount);
inline constexpr unsigned kDpiEnds = static_cast<unsigned>(DpiEnd::kCount);

// What one thread counts: a worker fills all but the last group; where one reader feeds several workers, it has a block of its
// own for frames and fragments; the exporter thread fills the last group of its own. Laws hold for the sum of all blocks.
// "Frames" are what the source delivered: a datagram made of three fragments counts as three, so use add(row.frames).
struct alignas(kLine) WorkerCounters {
  // Frames: each one has exactly one fate, see law.h.
  Counter packets;               // frames pulled from the source
  Counter bytes;                 // … their bytes on the wire
  Counter tracked;               // frames that a flow took in
  Family<kUntracked> untracked;  // frames that belong to no flow for want of room
  Counter non_ip;
  Family<kLayers, kErrs> parse_errors;
  Counter short_frames;      // frames cut by the capture's snap length (whatever their fate)
  Counter handover_sent;     // frames given to the worker that owns their flow, by whoever read them
  Counter handover_taken;    // … taken in by that worker
  Counter handover_dropped;  // … or lost, since that worker's mail was full
  Counter busy_cycles;       // of the processor, in turns that had something to do
  Counter idle_cycles;       // … that had nothing, sleep included
  // Fragments: net::FragStats, set once a turn.
  Counter fragments;
  Counter fragments_joined;
  Counter fragments_timed_out;
  Counter fragments_evicted;
  Counter fragments_refused;
  Counter fragments_pending;  // gauge
  Counter datagrams_joined;
  // Flows
  Counter flows_created;
  Family<kEnds> flows_ended;
  Counter flows_evicted;                 // ended for want of room, equal to flows_ended[evicted]
  Counter flows;                         // gauge: live
  Counter flow_capacity;                 // gauge: for how many there is room
  Family<kCategories> flows_classified;  // at their end
  // Policy
  Family<kLevels> flows_at_level;   // gauge: live, by what records may say
  Counter policy_judged;            // verdicts asked for
  Counter policy_changed;           // … that were not the flow's last one
  Counter names_refused;            // host names that could not be kept
  Family<kKinds> records_withheld;  // not made: the flow's level does not allow them
  // TCP streams, segments with payload
  Counter stream_in_order;
  Counter stream_out_of_order;
  Counter stream_retransmitted;
  Counter stream_gaps;
  Counter stream_refused;  // segments or streams for which there was no room
  // Readers
  Family<kReaders> sessions_started;
  Family<kReaders> sessions_failed;      // given up: the bytes were not what they promised
  Family<kReaders> sessions_incomplete;  // a limit, a gap or the end of the flow came first
  Family<kReaders> sessions_refused;     // no room for one more
  Family<kReaders, kErrs> reader_errors;
  Family<kTlsVersions, kTlsModes> tls_sessions;
  Family<kQuicKinds> quic_connections;
  Family<kQuicFates> quic_packets;  // of connections whose handshake is read
  // Sessions that policy wanted opened, at their end
  Family<kMethods, kResults> decrypt_sessions;
  Family<kReasons> decrypt_reasons;    // why they were not opened, or not wholly
  Family<kDecrypted> decrypt_records;  // of TLS, under a key
  Counter decrypt_bytes;               // … their plaintext
  Counter key_wait_full;               // questions to the keeper for which there was no room
  // Coverage
  Counter payload_bytes;  // of the packets that came
  Family<kCoverages> coverage;
  Counter coverage_pending;  // gauge: of sessions that are not over
  // Classification: classify::DpiStats, set once a turn
  Counter dpi_packets;
  Counter dpi_flows;  // flows for which DPI was begun
  Family<kDpiEnds> dpi_ended;
  Counter dpi_live;  // gauge
  Counter dpi_pool_full;
  Counter dpi_arena_full;
  Counter dpi_arena_bytes;  // gauge
  // Records
  Family<kKinds> records_made;
  Family<kKinds> records_written;  // into the ring
  Family<kKinds> records_dropped;  // ring full
  // The exporter's
  Family<kKinds> records_taken;  // out of the ring
  Counter records_incomplete;    // … of them marked so
  Counter records_collapsed;     // … for which another one like them stands
  Counter texts_delivered;       // `text` records, which are no lines
  Counter texts_bytes;           // … their plaintext
  Counter texts_dropped;         // there is nowhere to deliver them, or no room
  Counter stats_made;            // lines that tell of the daemon itself
  Counter lines_written;
  Counter lines_bytes;
  Counter lines_dropped;  // the sink failed
};

}  // namespace pellucid::metrics
