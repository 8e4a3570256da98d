#include "app/cli/summary.h"

#include <nlohmann/json.hpp>

#include "app/cli/table.h"
#include "lib/export/app.h"
#include "lib/metrics/metric.h"
#include "lib/tls/name.h"

namespace pellucid::app {

namespace {

using exporter::Kind;
using nlohmann::ordered_json;

constexpr std::size_t kTop = 10;  // rows of a list that a person reads

std::string protocol_name(unsigned proto) {
  switch (proto) {
    case 1:
      return "ICMP";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 47:
      return "GRE";
    case 50:
      return "ESP";
    case 51:
      return "AH";
    case 58:
      return "IPv6-ICMP";
    case 132:
      return "SCTP";
    default:
      return "IP protocol " + std::to_string(proto);
  }
}

std::string app_name(exporter::AppKey key, const classify::Names* names) {
  exporter::Head head{};
  head.master = static_cast<std::uint16_t>(key >> 16);
  head.app = static_cast<std::uint16_t>(key & 0xffff);
  std::string out;
  exporter::write_app_name(out, head, names);
  return out;
}

std::string version_name(std::uint16_t version) {
  return version == 0 ? "no ServerHello" : std::string(tls::version_name(version));
}

std::uint64_t dropped(const metrics::WorkerCounters& c) { return c.records_dropped.sum() + c.lines_dropped.value(); }

double per_packet(std::uint64_t ns, const Outcome& o) {
  const std::uint64_t packets = o.sum.packets.value();
  return packets == 0 ? 0 : static_cast<double>(ns) / static_cast<double>(packets);
}

void line(std::FILE* out, const char* name, const std::string& text) { std::fprintf(out, "%-13s%s\n", name, text.c_str()); }

void write_head(std::FILE* out, const Outcome& o, const exporter::Tally& tally) {
  const metrics::WorkerCounters& c = o.sum;
  char text[160];
  std::snprintf(text, sizeof text, "%s in %.2f s, %.0f ns a packet", grouped(c.packets.value()).c_str(), o.seconds,
                per_packet(o.cpu_ns, o));
  line(out, "packets", text);
  line(out, "bytes", scaled(c.bytes.value()));
  std::string flows = grouped(c.flows_created.value());
  const char* separator = "  (";
  for (unsigned p = 0; p < tally.protocols().size(); ++p) {
    if (tally.protocols()[p].flows == 0) continue;
    flows += separator + protocol_name(p) + " " + grouped(tally.protocols()[p].flows);
    separator = ", ";
  }
  line(out, "flows", flows + (*separator == ',' ? ")" : ""));
  if (tally.midstream() + tally.one_sided() != 0) {
    line(out, "", grouped(tally.midstream()) + " joined midway, " + grouped(tally.one_sided()) + " seen from one side only");
  }
  std::string records = grouped(tally.records());
  separator = "  (";
  for (unsigned k = 0; k < exporter::kLineKinds; ++k) {
    if (tally.records(static_cast<Kind>(k)) == 0) continue;
    records += separator + std::string(exporter::kKindLabels[k]) + " " + grouped(tally.records(static_cast<Kind>(k)));
    separator = ", ";
  }
  line(out, "records", records + (*separator == ',' ? ")" : ""));
}

void write_tls(std::FILE* out, const exporter::Tally& tally) {
  if (tally.records(Kind::tls) == 0) return;
  std::string versions;
  for (const auto& row : tally.tls_versions()) {
    versions += (versions.empty() ? "" : ", ") + version_name(row.key) + " " + grouped(row.sum.flows);
  }
  line(out, "TLS", versions + (tally.resumed() != 0 ? "; resumed " + grouped(tally.resumed()) : ""));
  const auto names = tally.top_names(kTop);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::fprintf(out, "%-13s%8s  %s\n", i == 0 ? "server names" : "", grouped(names[i].sum.flows).c_str(),
                 printable(names[i].key).c_str());
  }
}

void write_apps(std::FILE* out, const exporter::Tally& tally, const classify::Names* names) {
  const auto apps = tally.top_apps(kTop);
  for (std::size_t i = 0; i < apps.size(); ++i) {
    std::fprintf(out, "%-13s%8s  %s, %s flow%s\n", i == 0 ? "applications" : "", scaled(apps[i].sum.bytes).c_str(),
                 app_name(apps[i].key, names).c_str(), grouped(apps[i].sum.flows).c_str(), apps[i].sum.flows == 1 ? "" : "s");
  }
}

// Everything that went wrong or was left out, by cause; nothing where all is well.
void write_losses(std::FILE* out, const metrics::WorkerCounters& c) {
  const auto row = [out](std::uint64_t n, const std::string& what) {
    if (n != 0) std::fprintf(out, "%-13s%8s  %s\n", "not tracked", grouped(n).c_str(), what.c_str());
  };
  row(c.non_ip.value(), "packets that are not IP");
  metrics::for_each_cell(c, [&](const metrics::Metric& m, std::string_view layer, std::string_view err, std::uint64_t n) {
    if (m.name == "parse_errors_total") row(n, "packets with a bad " + std::string(layer) + " header: " + std::string(err));
  });
  row(c.untracked.sum(), "packets for which the flow table had no room: raise --flows");
  row(c.fragments_timed_out.value() + c.fragments_evicted.value() + c.fragments_refused.value() + c.fragments_pending.value(),
      "IP fragments whose rest did not come, or did not fit");
  if (c.flows_evicted.value() != 0) {
    line(out, "evicted", grouped(c.flows_evicted.value()) + " flows ended early for want of room: raise --flows");
  }
  if (dropped(c) != 0) line(out, "dropped", grouped(dropped(c)) + " records");
  if (c.short_frames.value() != 0) line(out, "cut", grouped(c.short_frames.value()) + " packets by the capture's snap length");
}

}  // namespace

void draw_bar(std::FILE* out, std::uint64_t done, std::uint64_t whole) {
  constexpr unsigned kWidth = 30;
  const double part = whole == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(whole));
  const auto full = static_cast<unsigned>(part * kWidth);
  std::fprintf(out, "\r\033[K[%s%s] %3.0f %%  %s of %s", std::string(full, '#').c_str(),
               std::string(kWidth - full, ' ').c_str(), part * 100, scaled(done).c_str(), scaled(whole).c_str());
  std::fflush(out);
}

void write_summary(std::FILE* out, const Plan&, const Outcome& o, const exporter::Tally& tally, const classify::Names* names) {
  write_head(out, o, tally);
  write_tls(out, tally);
  write_apps(out, tally, names);
  write_losses(out, o.sum);
}

void write_json(std::FILE* out, const Plan& plan, const Outcome& o, const exporter::Tally& tally,
                const classify::Names* names) {
  const metrics::WorkerCounters& c = o.sum;
  ordered_json j;
  j["schema"] = 1;
  j["packets"] = c.packets.value();
  j["bytes"] = c.bytes.value();
  j["flows"] = c.flows_created.value();
  j["records"] = tally.records();
  j["seconds"] = o.seconds;
  j["ns_per_packet"] = per_packet(o.cpu_ns, o);
  j["read_ns_per_packet"] = per_packet(o.read_ns, o);
  j["keeper_ns_per_packet"] = per_packet(o.keeper_ns, o);
  j["workers"] = plan.workers;
  j["dropped"] = dropped(c);
  j["parse_errors"] = c.parse_errors.sum();
  j["interrupted"] = o.interrupted;
  for (unsigned k = 0; k < exporter::kLineKinds; ++k) {
    j["records_by_type"][std::string(exporter::kKindLabels[k])] = tally.records(static_cast<Kind>(k));
  }
  j["protocols"] = ordered_json::object();
  for (unsigned p = 0; p < tally.protocols().size(); ++p) {
    const exporter::Sum& sum = tally.protocols()[p];
    if (sum.flows != 0)
      j["protocols"][protocol_name(p)] = {{"flows", sum.flows}, {"packets", sum.packets}, {"bytes", sum.bytes}};
  }
  j["tls_versions"] = ordered_json::object();
  for (const auto& row : tally.tls_versions()) j["tls_versions"][version_name(row.key)] = row.sum.flows;
  j["top_names"] = ordered_json::array();
  for (const auto& row : tally.top_names(kTop)) j["top_names"].push_back({{"name", row.key}, {"sessions", row.sum.flows}});
  j["top_apps"] = ordered_json::array();
  for (const auto& row : tally.top_apps(kTop)) {
    j["top_apps"].push_back({{"app", app_name(row.key, names)}, {"flows", row.sum.flows}, {"bytes", row.sum.bytes}});
  }
  j["counters"] = ordered_json::object();
  metrics::for_each_cell(c, [&](const metrics::Metric& m, std::string_view row, std::string_view column, std::uint64_t n) {
    if (n == 0) return;
    std::string name(m.name);
    if (!row.empty()) name += "." + std::string(row);
    if (!column.empty()) name += "." + std::string(column);
    j["counters"][name] = n;
  });
  std::fprintf(out, "%s\n", j.dump(2, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

}  // namespace pellucid::app
