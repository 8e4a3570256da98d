// describe metrics: prints docs/METRICS.md from the one list of metrics; a test compares the page with it.
#include <cstdio>
#include <string>
#include <string_view>

#include "lib/metrics/law.h"
#include "lib/metrics/metric.h"

namespace {

using namespace pellucid::metrics;

std::string labels_of(const Metric& m) {
  std::string out;
  for (const Axis* axis : {&m.row, &m.column}) {
    if (axis->name.empty()) continue;
    out += (out.empty() ? "" : ", ") + std::string("`") + std::string(axis->name) + "`";
  }
  return out.empty() ? "–" : out;
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
      "# Metrics\n\nMade by `build/tools/describe metrics` from `lib/metrics/metric.cc`; a test compares this page with it.\n"
      "`pellucid run --json` shows them under `counters`, summed over all threads, zeros left out.\n\n"
      "| name | type | labels | meaning |\n|---|---|---|---|\n");
  for (const Metric& m : kMetrics) {
    std::printf("| `%.*s%.*s` | %s | %s | %.*s |\n", static_cast<int>(kPrefix.size()), kPrefix.data(),
                static_cast<int>(m.name.size()), m.name.data(), m.type == Type::counter ? "counter" : "gauge",
                labels_of(m).c_str(), static_cast<int>(m.help.size()), m.help.data());
  }
  std::printf("\n## Label values\n");
  for (const Axis* axis : {&kLayerAxis, &kErrAxis, &kEndAxis, &kReaderAxis, &kKindAxis, &kUntrackedAxis, &kDpiEndAxis})
    write_axis(*axis);
  std::printf(
      "\n`protocol` of parse errors is the header in which reading stopped; of sessions, the reader.\n"
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
