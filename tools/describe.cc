// describe metrics: prints docs/METRICS.md from the one list of metrics; a test compares the page with it.
#include <cstdio>
#include <string>
#include <string_view>

#include "lib/metrics/daemon.h"
#include "lib/metrics/law.h"
#include "lib/metrics/metric.h"

namespace {

using namespace pellucid::metrics;

std::string in_list(std::string out, std::string_view label) {
  if (label.empty()) return out;
  return out + (out.empty() ? "`" : ", `") + std::string(label) + "`";
}

std::string labels_of(const Metric& m) {
  std::string out = in_list(m.shown == Shown::per_worker ? "`worker`" : "", m.row.name);
  out = in_list(out, m.column.name);
  return out.empty() ? "–" : out;
}

std::string labels_of(const DaemonMetric& m) {
  const std::string out = in_list(in_list("", m.label[0]), m.label[1]);
  return out.empty() ? "–" : out;
}

template <class Any>
void write_row(const Any& m) {
  static constexpr const char* kTypes[] = {"counter", "gauge", "histogram"};
  std::printf("| `%.*s%.*s` | %s | %s | %.*s |\n", static_cast<int>(kPrefix.size()), kPrefix.data(),
              static_cast<int>(m.name.size()), m.name.data(), kTypes[static_cast<unsigned>(m.type)], labels_of(m).c_str(),
              static_cast<int>(m.help.size()), m.help.data());
}

void write_axis(const Axis& axis) {
  std::printf("- `%.*s`:", static_cast<int>(axis.name.size()), axis.name.data());
  for (std::size_t i = axis.first; i < axis.values.size(); ++i) {
    std::printf(" `%.*s`", static_cast<int>(axis.values[i].size()), axis.values[i].data());
  }
  std::printf("\n");
}

void write_metrics() {
  std::printf(
      "# Metrics\n\nMade by `build/tools/describe metrics` from `lib/metrics/metric.cc` and `daemon.cc`; a test compares this "
      "page\n"
      "with it. A scrape of `pellucidd` shows all of them.\n\n"
      "## Of the data path\nWhat workers and the exporter count, each worker's as it stood at the end of one of its turns.\n"
      "`pellucid run --json` shows the same under `counters`, summed over all threads, zeros left out.\n\n"
      "| name | type | labels | meaning |\n|---|---|---|---|\n");
  for (const Metric& m : kMetrics) write_row(m);
  std::printf(
      "\n## Of the daemon\nThe `export_…` among them take the place of those above: there they are of one sink.\n\n"
      "| name | type | labels | meaning |\n|---|---|---|---|\n");
  for (const DaemonMetric& m : kDaemonMetrics) write_row(m);
  std::printf("\n## Label values\n");
  for (const Axis* axis : {&kLayerAxis, &kErrAxis, &kEndAxis, &kReaderAxis, &kTlsVersionAxis, &kTlsModeAxis, &kQuicKindAxis,
                           &kQuicFateAxis, &kCategoryAxis, &kKindAxis, &kLevelAxis, &kUntrackedAxis, &kDpiEndAxis, &kMethodAxis,
                           &kResultAxis, &kReasonAxis, &kDecryptedAxis, &kCoverageAxis})
    write_axis(*axis);
  write_axis({"reason", kLossValues});
  std::printf(
      "\n`protocol` of parse errors is the header in which reading stopped; of sessions, the reader. The `reason` of flows is "
      "how they\nended, of records what kept them from their sink, of decryption what stood against it.\n"
      "The `result` and `reason` of sessions that were to be opened are those of `decrypt` records. What payload is, and the\n"
      "outcomes of `pellucid_coverage_bytes_total`: `docs/why/coverage.md`.\n"
      "\n## Laws\nThey hold for the sum of all threads at the end of every run; a run that breaks one fails and says so. Those "
      "not\n"
      "marked *sum* also hold for each worker in every scrape.\n\n");
  for (const Law& law : kLaws) {
    std::printf("- **%.*s**%s: %.*s\n", static_cast<int>(law.name.size()), law.name.data(),
                law.scope == Scope::sum ? " *(sum)*" : "", static_cast<int>(law.text.size()), law.text.data());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "metrics") {
    write_metrics();
    return 0;
  }
  std::fprintf(stderr, "usage: describe metrics\n");
  return 2;
}
