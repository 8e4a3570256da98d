#include "lib/export/tally.h"

#include <algorithm>
#include <numeric>

#include "lib/tls/hello.h"
#include "lib/tls/session.h"

namespace pellucid::exporter {

namespace {

template <class Map, class Weight>
auto ranked(const Map& map, std::size_t most, Weight weight) {
  std::vector<Ranked<typename Map::key_type>> all;
  for (const auto& [key, sum] : map) all.push_back({key, sum});
  // Equal sums are put in the order of their keys, so that a summary reads the same each time.
  std::ranges::sort(all, [&](const auto& a, const auto& b) {
    return weight(a.sum) != weight(b.sum) ? weight(a.sum) > weight(b.sum) : a.key < b.key;
  });
  if (all.size() > most) all.resize(most);
  return all;
}

std::uint64_t flows_of(const Sum& s) noexcept { return s.flows; }
std::uint64_t bytes_of(const Sum& s) noexcept { return s.bytes; }

}  // namespace

void Tally::add(const View& v) noexcept {
  ++records_[static_cast<std::size_t>(v.head->kind)];
  if (v.head->kind == Kind::flow) add_flow(v);
  if (v.head->kind == Kind::tls) add_tls(v);
}

void Tally::add_flow(const View& v) {
  const FlowBody& body = v.as<FlowBody>();
  const std::uint64_t packets = body.packets[0] + body.packets[1], bytes = body.bytes[0] + body.bytes[1];
  for (Sum* sum : {&protocols_[v.head->proto], &apps_[app_key(v.head->master, v.head->app)]}) {
    sum->flows += 1;
    sum->packets += packets;
    sum->bytes += bytes;
  }
  one_sided_ += (body.flags & flow::kFlowOneSided) != 0;
  midstream_ += (body.flags & flow::kFlowMidstream) != 0;
}

void Tally::add_tls(const View& v) {
  const TlsBody& body = v.as<TlsBody>();
  ++versions_[body.version].flows;
  resumed_ += (body.flags & tls::kTlsResumed) != 0;
  const auto hello = tls::read_client_hello(v.part(Part::client_hello));
  if (!hello || hello->sni.empty()) return;
  std::string name(as_text(hello->sni).substr(0, kMaxName));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const auto known = names_.find(name);
  if (known != names_.end()) {
    ++known->second.flows;
  } else if (names_.size() < kMaxNames) {
    names_[name].flows = 1;
  } else {
    ++other_names_;
  }
}

std::uint64_t Tally::records() const noexcept { return std::accumulate(records_.begin(), records_.end(), std::uint64_t{0}); }

std::vector<Ranked<std::uint16_t>> Tally::tls_versions() const { return ranked(versions_, versions_.size(), flows_of); }
std::vector<Ranked<AppKey>> Tally::top_apps(std::size_t most) const { return ranked(apps_, most, bytes_of); }
std::vector<Ranked<std::string>> Tally::top_names(std::size_t most) const { return ranked(names_, most, flows_of); }

}  // namespace pellucid::exporter
