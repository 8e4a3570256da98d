#include "lib/metrics/daemon.h"

#include <array>

#include "lib/metrics/law.h"

namespace pellucid::metrics {
namespace {

using D = Daemon;

template <auto List, auto Name, auto Value>
void each(const D& d, const Put& put) {
  for (const auto& one : d.*List) put({{one.*Name, {}}, static_cast<std::uint64_t>(one.*Value)});
}

template <auto Value>
constexpr DaemonMetric port(std::string_view name, std::string_view help, Type type) noexcept {
  return {name, help, type, {"port", {}}, each<&D::ports, &PortFigures::name, Value>};
}
template <auto Value>
constexpr DaemonMetric sink(std::string_view name, std::string_view help, Type type) noexcept {
  return {name, help, type, {"sink", {}}, each<&D::sinks, &SinkFigures::name, Value>};
}
template <auto Value>
constexpr DaemonMetric ring(std::string_view name, std::string_view help) noexcept {
  return {name, help, Type::gauge, {"ring", {}}, each<&D::rings, &RingFigures::name, Value>};
}
template <auto Value>
constexpr DaemonMetric single(std::string_view name, std::string_view help) noexcept {
  return {name, help, Type::gauge, {}, [](const D& d, const Put& put) { put({{}, static_cast<std::uint64_t>(d.*Value)}); }};
}

void put_losses(const D& d, const Put& put) {
  for (const SinkFigures& s : d.sinks) {
    for (unsigned i = 0; i < kLosses; ++i) put({{s.name, kLossValues[i]}, s.dropped[i]});
  }
}

void put_stale(const D& d, const Put& put) {
  for (std::size_t i = 0; i < d.stale.size(); ++i) {
    const std::string worker = std::to_string(i);
    put({{worker, {}}, d.stale[i] ? 1u : 0u});
  }
}

void put_broken(const D& d, const Put& put) {
  for (std::size_t i = 0; i < d.workers.size(); ++i) {
    const std::string worker = std::to_string(i);
    put({{worker, {}}, broken_laws(*d.workers[i])});
  }
}

using P = PortFigures;
using S = SinkFigures;
constexpr Type kCounter = Type::counter, kGauge = Type::gauge;
constexpr std::array kTable{
    DaemonMetric{"build_info",
                 "Always 1; the labels say what runs.",
                 kGauge,
                 {"version", {}},
                 [](const D& d, const Put& put) {
                   put({{d.version, {}}, 1});
                 }},
    single<&D::started_s>("start_time_seconds", "When the daemon started, in seconds since 1970."),
    single<&D::clock_synchronised>("clock_synchronised", "Whether the system's clock follows a time server: 1, or 0."),
    single<&D::cycles_per_second>("cycles_per_second", "How fast the counter of processor cycles runs."),
    port<&P::up>("port_up", "Whether the port has a link: 1, or 0.", kGauge),
    port<&P::packets>("port_receive_packets_total", "Frames that the port received.", kCounter),
    port<&P::bytes>("port_receive_bytes_total", "Bytes that the port received.", kCounter),
    port<&P::missed>("port_receive_missed_packets_total", "Frames lost since a worker was late to take them.", kCounter),
    port<&P::no_buffer>("port_receive_nombuf_total", "Times that the port found no free buffer.", kCounter),
    port<&P::errors>("port_receive_errors_total", "Frames that the port refused as damaged.", kCounter),
    port<&P::free_buffers>("port_free_buffers", "Buffers free for frames to come.", kGauge),
    DaemonMetric{"worker_stale",
                 "1: the worker did not answer in time, and its figures are older than this scrape.",
                 kGauge,
                 {"worker", {}},
                 put_stale},
    DaemonMetric{"worker_laws_broken",
                 "Laws between its counters that the worker's figures break: 0, or the program is at fault.",
                 kGauge,
                 {"worker", {}},
                 put_broken},
    ring<&RingFigures::used>("ring_depth", "Bytes that wait in a ring between two threads."),
    ring<&RingFigures::capacity>("ring_capacity", "Bytes for which a ring has room."),
    sink<&S::up>("sink_up", "Whether the sink takes records: 1, or 0.", kGauge),
    sink<&S::records>("export_records_total", "Records written to the sink.", kCounter),
    sink<&S::bytes>("export_bytes_total", "Bytes written to the sink.", kCounter),
    DaemonMetric{
        "export_dropped_records_total", "Records that the sink lost, by reason.", kCounter, {"sink", "reason"}, put_losses},
    sink<&S::queue_records>("export_queue_records", "Records that wait for the sink.", kGauge),
    sink<&S::queue_bytes>("export_queue_bytes", "Bytes that wait for the sink.", kGauge),
    sink<&S::queue_capacity>("export_queue_capacity_bytes", "Bytes that may wait for the sink.", kGauge),
    sink<&S::failures>("sink_failures_total", "Times that the sink went down.", kCounter),
    sink<&S::rotations>("sink_rotations_total", "Files that the sink has put aside.", kCounter),
    sink<&S::mended>("sink_mended_lines_total", "Torn last lines found in old files, left by a crash.", kCounter),
    single<&D::policy_generation>("policy_generation", "Number of the policy that all workers follow; 0: none yet."),
    single<&D::audit_entries>("audit_entries", "Entries of the audit log."),
    single<&D::audit_checkpoint_s>("audit_last_checkpoint_timestamp_seconds",
                                   "When the audit log was last signed, since 1970; 0: not since the start."),
    single<&D::audit_writing>("audit_writing", "Whether what is done is noted in the audit log: 1, or 0."),
    DaemonMetric{"key_expiry_timestamp_seconds",
                 "When a long-term key is wiped, since 1970; keys that do not say so are not shown.",
                 kGauge,
                 {"key", {}},
                 each<&D::keys, &KeyFigures::id, &KeyFigures::expires_s>},
    single<&D::decryption_enabled>("decryption_enabled",
                                   "Whether any session could be opened now: 1, or 0; `pellucid status` says why not."),
    DaemonMetric{"grant_expiry_timestamp_seconds",
                 "When a grant ends or ended, since 1970, by its id; until a day afterwards.",
                 kGauge,
                 {"alias", {}},
                 each<&D::grants, &GrantFigures::alias, &GrantFigures::expires_s>},
    DaemonMetric{"policy_swap_seconds",
                 "From the publication of a policy until all workers follow it.",
                 Type::histogram,
                 {},
                 [](const D& d, const Put& put) {
                   if (d.policy_swap_ns != nullptr) put({{}, 0, d.policy_swap_ns});
                 }},
};

}  // namespace

constinit const std::span<const DaemonMetric> kDaemonMetrics{kTable};

}  // namespace pellucid::metrics
