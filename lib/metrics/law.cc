#include "lib/metrics/law.h"

#include <array>

namespace pellucid::metrics {
namespace {

using W = WorkerCounters;

constexpr unsigned kDecryptKind = 6;  // exporter::Kind::decrypt

std::uint64_t fragments_not_joined(const W& w) noexcept {
  return w.fragments_timed_out.value() + w.fragments_evicted.value() + w.fragments_refused.value() +
         w.fragments_pending.value();
}

template <auto Small, auto Large>
bool within(const W& w) noexcept {
  for (unsigned i = 0; i < kReaders; ++i) {
    if ((w.*Small).value(i) > (w.*Large).value(i)) return false;
  }
  return true;
}

bool records_balance(const W& w) noexcept {
  for (unsigned i = 0; i < kKinds; ++i) {
    if (w.records_made.value(i) != w.records_written.value(i) + w.records_dropped.value(i)) return false;
  }
  return true;
}

bool exports_balance(const W& w) noexcept {
  for (unsigned i = 0; i < kKinds; ++i) {
    if (w.records_written.value(i) != w.records_taken.value(i)) return false;
  }
  return true;
}

constexpr std::array kTable{
    Law{Scope::block, "packets",
        "packets + worker_handover_taken = tracked + untracked + non_ip + parse_errors"
        " + fragments (timed_out + evicted + refused + pending) + worker_handover + handover_dropped",
        [](const W& w) noexcept {
          return w.packets.value() + w.handover_taken.value() == w.tracked.value() + w.untracked.sum() + w.non_ip.value() +
                                                                     w.parse_errors.sum() + fragments_not_joined(w) +
                                                                     w.handover_sent.value() + w.handover_dropped.value();
        }},
    Law{Scope::block, "fragments", "fragments = joined + timed_out + evicted + refused + pending",
        [](const W& w) noexcept { return w.fragments.value() == w.fragments_joined.value() + fragments_not_joined(w); }},
    Law{Scope::block, "datagrams", "datagrams_reassembled <= fragments_joined",
        [](const W& w) noexcept { return w.datagrams_joined.value() <= w.fragments_joined.value(); }},
    Law{Scope::sum, "handover", "worker_handover = worker_handover_taken",
        [](const W& w) noexcept { return w.handover_sent.value() == w.handover_taken.value(); }},
    Law{Scope::block, "flows", "flow_created = flow_ended + flows",
        [](const W& w) noexcept { return w.flows_created.value() == w.flows_ended.sum() + w.flows.value(); }},
    Law{Scope::block, "categories", "flow_ended = classified_flows",
        [](const W& w) noexcept { return w.flows_ended.sum() == w.flows_classified.sum(); }},
    Law{Scope::block, "levels", "flows = flows_at_level, all levels together",
        [](const W& w) noexcept { return w.flows.value() == w.flows_at_level.sum(); }},
    Law{Scope::block, "verdicts", "policy_verdict_changes <= policy_judged",
        [](const W& w) noexcept { return w.policy_changed.value() <= w.policy_judged.value(); }},
    Law{Scope::block, "evictions", "flow_evicted = flow_ended{reason=evicted}",
        [](const W& w) noexcept { return w.flows_evicted.value() == w.flows_ended.value(2); }},
    Law{Scope::block, "flow packets", "flow_created <= tracked_packets: each flow was begun by a frame",
        [](const W& w) noexcept { return w.flows_created.value() <= w.tracked.value(); }},
    Law{Scope::block, "sessions failed", "sessions_failed <= sessions_started",
        within<&W::sessions_failed, &W::sessions_started>},
    Law{Scope::block, "sessions incomplete", "sessions_incomplete <= sessions_started",
        within<&W::sessions_incomplete, &W::sessions_started>},
    Law{Scope::block, "decrypt reasons", "decrypt_refusals <= decrypt_sessions: one reason at most a session",
        [](const W& w) noexcept { return w.decrypt_reasons.sum() <= w.decrypt_sessions.sum(); }},
    Law{Scope::block, "decrypt records", "decrypt_sessions = records_made{kind=decrypt} + records_withheld{kind=decrypt}",
        [](const W& w) noexcept {
          return w.decrypt_sessions.sum() == w.records_made.value(kDecryptKind) + w.records_withheld.value(kDecryptKind);
        }},
    Law{Scope::block, "coverage", "payload_bytes = coverage_bytes + coverage_pending_bytes",
        [](const W& w) noexcept { return w.payload_bytes.value() == w.coverage.sum() + w.coverage_pending.value(); }},
    Law{Scope::block, "dpi", "dpi_flows_total = dpi_ended + dpi_flows",
        [](const W& w) noexcept { return w.dpi_flows.value() == w.dpi_ended.sum() + w.dpi_live.value(); }},
    Law{Scope::block, "dpi packets", "dpi_flows_total <= dpi_packets: each inspection was begun by a packet",
        [](const W& w) noexcept { return w.dpi_flows.value() <= w.dpi_packets.value(); }},
    Law{Scope::block, "records", "records_made = records_written + records_dropped, for each kind", records_balance},
    Law{Scope::sum, "exports", "records_written = records_taken, for each kind", exports_balance},
    Law{Scope::block, "records incomplete", "records_incomplete <= records_taken",
        [](const W& w) noexcept { return w.records_incomplete.value() <= w.records_taken.sum(); }},
    Law{Scope::block, "lines",
        "records_taken + stats_records = export_records + export_dropped_records + records_collapsed"
        " + delivered_records + delivery_dropped_records",
        [](const W& w) noexcept {
          return w.records_taken.sum() + w.stats_made.value() == w.lines_written.value() + w.lines_dropped.value() +
                                                                     w.records_collapsed.value() + w.texts_delivered.value() +
                                                                     w.texts_dropped.value();
        }},
};

}  // namespace

constinit const std::span<const Law> kLaws{kTable};

const Law* broken_law(const WorkerCounters& counters, Scope scope) noexcept {
  for (const Law& law : kLaws) {
    if (law.scope <= scope && !law.holds(counters)) return &law;
  }
  return nullptr;
}

unsigned broken_laws(const WorkerCounters& block) noexcept {
  unsigned n = 0;
  for (const Law& law : kLaws) n += law.scope == Scope::block && !law.holds(block) ? 1 : 0;
  return n;
}

}  // namespace pellucid::metrics
