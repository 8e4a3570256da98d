// kMetrics: one line for each field of WorkerCounters: its public name, what it means and how its cells are labelled. The one
// list behind the JSON summary, docs/METRICS.md and the Prometheus text. Constant, any thread.
#pragma once
#include <string_view>

#include "lib/metrics/counter.h"

namespace pellucid::metrics {

inline constexpr std::string_view kPrefix = "pellucid_";

// A label: its name, its values in the order of the enumeration, and the first of them that is ever counted.
struct Axis {
  std::string_view name;
  std::span<const std::string_view> values;
  unsigned first = 0;
};

inline constexpr std::string_view kLayerValues[] = {"link", "vlan", "mpls",  "pppoe", "ipv4",  "ipv6",   "tcp", "udp",
                                                    "icmp", "sctp", "ipsec", "gre",   "vxlan", "geneve", "gtp", "teredo"};
inline constexpr std::string_view kEndValues[] = {"timeout", "closed", "evicted", "shutdown"};
inline constexpr std::string_view kReaderValues[] = {"unknown", "none", "tls", "http", "dns"};
inline constexpr std::string_view kKindValues[] = {"flow", "flow_update", "tls", "dns", "mdns", "http"};
inline constexpr std::string_view kUntrackedValues[] = {"table_full"};
inline constexpr std::string_view kDpiEndValues[] = {"decided", "gave_up", "dropped"};
static_assert(std::size(kLayerValues) == kLayers && std::size(kEndValues) == kEnds && std::size(kReaderValues) == kReaders);
static_assert(std::size(kKindValues) == kKinds && std::size(kUntrackedValues) == kUntracked);
static_assert(std::size(kDpiEndValues) == kDpiEnds);

inline constexpr Axis kNoAxis{};
inline constexpr Axis kLayerAxis{"protocol", kLayerValues};
inline constexpr Axis kErrAxis{"error", kErrLabels, 1};
inline constexpr Axis kEndAxis{"reason", kEndValues};
inline constexpr Axis kReaderAxis{"protocol", kReaderValues, 2};
inline constexpr Axis kKindAxis{"kind", kKindValues};
inline constexpr Axis kUntrackedAxis{"reason", kUntrackedValues};
inline constexpr Axis kDpiEndAxis{"result", kDpiEndValues};

enum class Type : std::uint8_t { counter, gauge };

struct Metric {
  std::string_view name;  // after kPrefix; a counter ends in _total
  std::string_view help;
  Type type;
  Axis row;     // no name: a single cell
  Axis column;  // no name: one label at most
  std::span<const Counter> (*cells)(const WorkerCounters&) noexcept;
  std::span<Counter> (*own_cells)(WorkerCounters&) noexcept;

  constexpr unsigned columns() const noexcept { return column.name.empty() ? 1 : static_cast<unsigned>(column.values.size()); }
};

extern const std::span<const Metric> kMetrics;

// Calls see(metric, row value, column value, number) for each cell that can be counted; values are empty where not labelled.
template <class See>
void for_each_cell(const WorkerCounters& block, See&& see) noexcept {
  for (const Metric& m : kMetrics) {
    const auto cells = m.cells(block);
    const unsigned columns = m.columns();
    for (unsigned i = 0; i < cells.size(); ++i) {
      const unsigned r = i / columns;
      const unsigned c = i % columns;
      if ((!m.row.name.empty() && r < m.row.first) || (!m.column.name.empty() && c < m.column.first)) continue;
      see(m, m.row.name.empty() ? std::string_view{} : m.row.values[r],
          m.column.name.empty() ? std::string_view{} : m.column.values[c], cells[i].value());
    }
  }
}

// Makes one block equal to another, cell by cell. The calling thread owns `into`.
void copy(WorkerCounters& into, const WorkerCounters& block) noexcept;
// Adds one block to a sum that the calling thread owns.
void accumulate(WorkerCounters& sum, const WorkerCounters& block) noexcept;

}  // namespace pellucid::metrics
