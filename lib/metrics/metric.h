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
inline constexpr std::string_view kReaderValues[] = {"unknown", "none", "tls", "http", "dns", "opened", "quic", "dtls"};
inline constexpr std::string_view kKindValues[] = {"flow", "flow_update", "tls",  "dns", "mdns",
                                                   "http", "decrypt",     "quic", "text"};
inline constexpr std::string_view kCoverageValues[] = {"clear",    "decrypted", "not_requested", "refused",
                                                       "excluded", "no_key",    "unsupported",   "lost"};
inline constexpr std::string_view kUntrackedValues[] = {"table_full"};
inline constexpr std::string_view kDpiEndValues[] = {"decided", "gave_up", "dropped"};
inline constexpr std::string_view kTlsVersionValues[] = {"SSLv2",   "SSLv3",   "TLSv1",        "TLS 1.1",
                                                         "TLS 1.2", "TLS 1.3", "UNDETERMINED", "other"};
inline constexpr std::string_view kQuicKindValues[] = {"1", "v2", "draft", "vendor", "gquic", "negotiation", "other"};
inline constexpr std::string_view kQuicFateValues[] = {"opened",  "retry", "negotiation", "sealed",    "no_key",
                                                       "bad_tag", "shed",  "refused",     "malformed", "unread"};
inline constexpr std::string_view kTlsModeValues[] = {"clear", "opaque", "opened", "refused"};
// The names that records show, those without a name as one.
inline constexpr std::string_view kCategoryValues[] = {"Unspecified",
                                                       "Media",
                                                       "VPN",
                                                       "Email",
                                                       "DataTransfer",
                                                       "Web",
                                                       "SocialNetwork",
                                                       "Download",
                                                       "Game",
                                                       "Chat",
                                                       "VoIP",
                                                       "Database",
                                                       "RemoteAccess",
                                                       "Cloud",
                                                       "Network",
                                                       "Collaborative",
                                                       "RPC",
                                                       "Streaming",
                                                       "System",
                                                       "SoftwareUpdate",
                                                       "User custom category 1",
                                                       "User custom category 2",
                                                       "User custom category 3",
                                                       "User custom category 4",
                                                       "User custom category 5",
                                                       "Music",
                                                       "Video",
                                                       "Shopping",
                                                       "Productivity",
                                                       "FileSharing",
                                                       "ConnCheck",
                                                       "IoT-Scada",
                                                       "VirtAssistant",
                                                       "Mining",
                                                       "Malware",
                                                       "Advertisement",
                                                       "Banned_Site",
                                                       "Site_Unavailable",
                                                       "Allowed_Site",
                                                       "Antimalware",
                                                       "other"};
static_assert(std::size(kTlsVersionValues) == kTlsVersions && std::size(kTlsModeValues) == kTlsModes);
static_assert(std::size(kCategoryValues) == kCategories);
static_assert(std::size(kQuicKindValues) == kQuicKinds && std::size(kQuicFateValues) == kQuicFates);
inline constexpr std::string_view kLevelValues[] = {"ignore", "count", "metadata", "classify", "decrypt"};
static_assert(std::size(kLevelValues) == kLevels);
static_assert(std::size(kLayerValues) == kLayers && std::size(kEndValues) == kEnds && std::size(kReaderValues) == kReaders);
static_assert(std::size(kKindValues) == kKinds && std::size(kUntrackedValues) == kUntracked);
static_assert(std::size(kDpiEndValues) == kDpiEnds);
static_assert(std::size(kCoverageValues) == kCoverages);

inline constexpr Axis kNoAxis{};
inline constexpr Axis kLayerAxis{"protocol", kLayerValues};
inline constexpr Axis kErrAxis{"error", kErrLabels, 1};
inline constexpr Axis kEndAxis{"reason", kEndValues};
inline constexpr Axis kReaderAxis{"protocol", kReaderValues, 2};
inline constexpr Axis kKindAxis{"kind", kKindValues};
inline constexpr Axis kTlsVersionAxis{"version", kTlsVersionValues};
inline constexpr Axis kTlsModeAxis{"mode", kTlsModeValues};
inline constexpr Axis kQuicKindAxis{"version", kQuicKindValues};
inline constexpr Axis kQuicFateAxis{"result", kQuicFateValues};
inline constexpr Axis kCategoryAxis{"category", kCategoryValues};
inline constexpr Axis kLevelAxis{"level", kLevelValues};
inline constexpr std::string_view kMethodValues[] = {"ets", "keylog", "rsa"};
inline constexpr std::string_view kResultValues[] = {"opened", "partial", "refused"};
inline constexpr std::string_view kDecryptedValues[] = {"ok", "bad", "lost"};
inline constexpr std::string_view kReasonValues[] = {"none",          "no_grant",    "not_yet", "expired",  "revoked",
                                                     "quota",         "scope",       "depth",   "excluded", "no_key",
                                                     "no_visibility", "unsupported", "lost",    "overload", "unwitnessed"};
static_assert(std::size(kMethodValues) == kMethods && std::size(kResultValues) == kResults);
static_assert(std::size(kDecryptedValues) == kDecrypted && std::size(kReasonValues) == kReasons);
inline constexpr Axis kMethodAxis{"method", kMethodValues};
inline constexpr Axis kResultAxis{"result", kResultValues};
inline constexpr Axis kDecryptedAxis{"result", kDecryptedValues};
inline constexpr Axis kReasonAxis{"reason", kReasonValues, 1};
inline constexpr Axis kUntrackedAxis{"reason", kUntrackedValues};
inline constexpr Axis kDpiEndAxis{"result", kDpiEndValues};
inline constexpr Axis kCoverageAxis{"outcome", kCoverageValues};

enum class Type : std::uint8_t { counter, gauge, histogram };

// How the daemon shows a field: a series for each worker, their sum where the labels alone are many, the exporter thread's one
// figure, or not at all, since each sink has a figure of its own (daemon.h).
enum class Shown : std::uint8_t { per_worker, summed, exporter, per_sink };

struct Metric {
  std::string_view name;  // after kPrefix; a counter ends in _total
  std::string_view help;
  Type type;
  Shown shown;
  Axis row;     // no name: a single cell
  Axis column;  // no name: one label at most
  std::span<const Counter> (*cells)(const WorkerCounters&) noexcept;
  std::span<Counter> (*own_cells)(WorkerCounters&) noexcept;

  constexpr unsigned rows() const noexcept { return row.name.empty() ? 1 : static_cast<unsigned>(row.values.size()); }
  constexpr unsigned size() const noexcept { return rows() * columns(); }
  // Whether a cell is one that can ever be counted.
  constexpr bool shows(unsigned r, unsigned c) const noexcept {
    return (row.name.empty() || r >= row.first) && (column.name.empty() || c >= column.first);
  }
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
      if (!m.shows(r, c)) continue;
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
