#include "lib/metrics/metric.h"

#include <algorithm>
#include <array>

namespace pellucid::metrics {
namespace {

template <auto Field>
struct Access {
  template <class Block>
  static auto of(Block& block) noexcept {
    auto& field = block.*Field;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Counter>) {
      return std::span{&field, 1};
    } else {
      return field.cells();
    }
  }
  static std::span<const Counter> read(const WorkerCounters& block) noexcept { return of(block); }
  static std::span<Counter> own(WorkerCounters& block) noexcept { return of(block); }
};

template <auto Field, Shown shown = Shown::per_worker>
constexpr Metric counter(std::string_view name, std::string_view help, Axis row = kNoAxis, Axis column = kNoAxis) noexcept {
  return {name, help, Type::counter, shown, row, column, Access<Field>::read, Access<Field>::own};
}
template <auto Field, Shown shown = Shown::per_worker>
constexpr Metric gauge(std::string_view name, std::string_view help, Axis row = kNoAxis) noexcept {
  return {name, help, Type::gauge, shown, row, kNoAxis, Access<Field>::read, Access<Field>::own};
}

using W = WorkerCounters;
constexpr std::array kTable{
    counter<&W::packets>("worker_packets_total", "Frames pulled from the source."),
    counter<&W::bytes>("worker_bytes_total", "Bytes on the wire of the frames pulled."),
    counter<&W::tracked>("tracked_packets_total", "Frames that a flow took in."),
    counter<&W::untracked>("untracked_packets_total", "Frames that could not be given to a flow.", kUntrackedAxis),
    counter<&W::non_ip>("non_ip_packets_total", "Frames that carry no IP."),
    counter<&W::parse_errors, Shown::summed>("parse_errors_total", "Frames refused, by the header and the reason.", kLayerAxis,
                                             kErrAxis),
    counter<&W::short_frames>("short_packets_total", "Frames cut by the snap length of the capture."),
    counter<&W::handover_sent>("worker_handover_total", "Frames handed to the worker that owns their flow."),
    counter<&W::handover_taken>("worker_handover_taken_total", "Frames taken in from another thread."),
    counter<&W::handover_dropped>("handover_dropped_total",
                                  "Frames lost: the mail of the worker that owns their flow was full."),
    counter<&W::busy_cycles>("worker_busy_cycles_total", "Processor cycles of turns that had something to do."),
    counter<&W::idle_cycles>("worker_idle_cycles_total", "Processor cycles of turns that had nothing to do, sleep included."),
    counter<&W::fragments>("fragments_total", "IP fragments that came."),
    counter<&W::fragments_joined>("fragments_joined_total", "IP fragments that left in a reassembled datagram."),
    counter<&W::fragments_timed_out>("fragments_timed_out_total", "IP fragments dropped because the rest did not come."),
    counter<&W::fragments_evicted>("fragments_evicted_total", "IP fragments dropped because the table was full."),
    counter<&W::fragments_refused>("fragments_refused_total", "IP fragments that could not be taken in."),
    gauge<&W::fragments_pending>("fragments_pending", "IP fragments that wait for the rest."),
    counter<&W::datagrams_joined>("datagrams_reassembled_total", "Datagrams put together from fragments."),
    counter<&W::flows_created>("flow_created_total", "Flows begun."),
    counter<&W::flows_ended>("flow_ended_total", "Flows ended, by reason.", kEndAxis),
    counter<&W::flows_evicted>("flow_evicted_total", "Flows ended because the table was full."),
    gauge<&W::flows>("flows", "Flows live."),
    gauge<&W::flow_capacity>("flow_table_capacity", "Flows for which there is room."),
    counter<&W::flows_classified, Shown::summed>("classified_flows_total", "Flows ended, by the category of their application.",
                                                 kCategoryAxis),
    gauge<&W::flows_at_level>("flows_at_level", "Flows live, by the level at which records may show them.", kLevelAxis),
    counter<&W::policy_judged>("policy_judged_total", "Verdicts of policy on flows."),
    counter<&W::policy_changed>("policy_verdict_changes_total", "Verdicts that changed the level of their flow."),
    counter<&W::names_refused>("names_refused_total", "Host names that could not be kept for judging their flow anew."),
    counter<&W::records_withheld>("records_withheld_total", "Records not made since policy does not allow them, by kind.",
                                  kKindAxis),
    counter<&W::stream_in_order>("stream_in_order_total", "TCP segments read in place."),
    counter<&W::stream_out_of_order>("stream_out_of_order_total", "TCP segments held for a gap before them."),
    counter<&W::stream_retransmitted>("stream_retransmitted_total", "TCP segments that brought nothing new."),
    counter<&W::stream_gaps>("stream_gaps_total", "Gaps in TCP streams that were given up."),
    counter<&W::stream_refused>("stream_refused_total", "TCP segments or streams for which there was no room."),
    counter<&W::sessions_started>("sessions_started_total", "Sessions begun, by protocol.", kReaderAxis),
    counter<&W::sessions_failed>("sessions_failed_total", "Sessions whose bytes broke the protocol.", kReaderAxis),
    counter<&W::sessions_incomplete>("sessions_incomplete_total", "Sessions cut by a limit, a gap or the flow's end.",
                                     kReaderAxis),
    counter<&W::sessions_refused>("sessions_refused_total", "Sessions for which there was no room.", kReaderAxis),
    counter<&W::reader_errors, Shown::summed>("reader_errors_total", "Messages refused, by protocol and reason.", kReaderAxis,
                                              kErrAxis),
    counter<&W::tls_sessions, Shown::summed>("tls_sessions_total",
                                             "TLS sessions, by negotiated version and by whether their content can be read.",
                                             kTlsVersionAxis, kTlsModeAxis),
    counter<&W::quic_connections, Shown::summed>(
        "quic_connections_total", "QUIC connections whose handshake was read as far as it can be, by version.", kQuicKindAxis),
    counter<&W::quic_packets, Shown::summed>(
        "quic_packets_total", "QUIC packets of handshakes, by what became of them: docs/why/quic.md.", kQuicFateAxis),
    counter<&W::decrypt_sessions, Shown::summed>("decrypt_sessions_total",
                                                 "Sessions that policy wanted opened, by method and result, at their end.",
                                                 kMethodAxis, kResultAxis),
    counter<&W::decrypt_reasons, Shown::summed>("decrypt_refusals_total",
                                                "Sessions that were not opened, or not wholly, by reason.", kReasonAxis),
    counter<&W::decrypt_records, Shown::summed>(
        "decrypt_records_total", "Protected records of sessions that were opened, by what became of them.", kDecryptedAxis),
    counter<&W::decrypt_bytes>("decrypt_bytes_total", "Bytes of plaintext out of protected records."),
    counter<&W::payload_bytes>("payload_bytes_total",
                               "Octets above TCP, UDP or, without those, IP, in all packets whose headers were read."),
    counter<&W::coverage, Shown::summed>("coverage_bytes_total",
                                         "Octets of payload, once it is decided what becomes of them: docs/why/coverage.md.",
                                         kCoverageAxis),
    gauge<&W::coverage_pending, Shown::summed>(
        "coverage_pending_bytes", "Octets of payload of sessions to be opened that are not over: not yet decided."),
    counter<&W::key_wait_full>("key_wait_full_total", "Questions about keys for which there was no room."),
    counter<&W::dpi_packets>("dpi_packets_total", "Packets given to deep packet inspection."),
    counter<&W::dpi_flows>("dpi_flows_total", "Flows for which deep packet inspection was begun."),
    counter<&W::dpi_ended>("dpi_ended_total", "Flows that left deep packet inspection, by result.", kDpiEndAxis),
    gauge<&W::dpi_live>("dpi_flows", "Flows in deep packet inspection."),
    counter<&W::dpi_pool_full>("dpi_pool_full_total", "Flows not inspected: no state was free."),
    counter<&W::dpi_arena_full>("dpi_arena_full_total", "Allocations or flows refused: the memory of inspection was full."),
    gauge<&W::dpi_arena_bytes>("dpi_arena_bytes", "Bytes of the memory of inspection in use."),
    counter<&W::records_made>("records_made_total", "Records made, by kind.", kKindAxis),
    counter<&W::records_written>("records_written_total", "Records handed to the exporter, by kind.", kKindAxis),
    counter<&W::records_dropped>("records_dropped_total", "Records dropped because the ring was full, by kind.", kKindAxis),
    counter<&W::records_taken, Shown::exporter>("records_taken_total",
                                                "Records that the exporter took from the rings, by kind.", kKindAxis),
    counter<&W::records_collapsed, Shown::exporter>("records_collapsed_total",
                                                    "Refusals for which another record like them stands."),
    counter<&W::records_incomplete, Shown::exporter>("records_incomplete_total",
                                                     "Records marked incomplete: cut at a limit, or bytes were lost."),
    counter<&W::texts_delivered, Shown::exporter>("delivered_records_total", "Pieces of plaintext that were delivered."),
    counter<&W::texts_bytes, Shown::exporter>("delivered_bytes_total", "Bytes of plaintext that were delivered."),
    counter<&W::texts_dropped, Shown::exporter>("delivery_dropped_records_total",
                                                "Pieces of plaintext that could not be delivered."),
    counter<&W::stats_made, Shown::exporter>("stats_records_total", "Records about the daemon itself."),
    counter<&W::lines_written, Shown::per_sink>("export_records_total", "Records written to the sink."),
    counter<&W::lines_bytes, Shown::per_sink>("export_bytes_total", "Bytes written to the sink."),
    counter<&W::lines_dropped, Shown::per_sink>("export_dropped_records_total", "Records that the sink refused."),
};

constexpr bool named_once() noexcept {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (kTable[i].name == kTable[j].name) return false;
    }
  }
  return true;
}
static_assert(named_once());
static_assert(std::ranges::all_of(kTable,
                                  [](const Metric& m) { return m.name.ends_with("_total") == (m.type == Type::counter); }));

}  // namespace

constinit const std::span<const Metric> kMetrics{kTable};

void copy(WorkerCounters& into, const WorkerCounters& block) noexcept {
  for (const Metric& m : kMetrics) {
    const auto from = m.cells(block);
    const auto to = m.own_cells(into);
    for (std::size_t i = 0; i < from.size(); ++i) to[i].set(from[i].value());
  }
}

void accumulate(WorkerCounters& sum, const WorkerCounters& block) noexcept {
  for (const Metric& m : kMetrics) {
    const auto from = m.cells(block);
    const auto into = m.own_cells(sum);
    for (std::size_t i = 0; i < from.size(); ++i) into[i].add(from[i].value());
  }
}

}  // namespace pellucid::metrics
