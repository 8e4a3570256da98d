#include "lib/engine/label.h"

#include "lib/engine/judge.h"

namespace pellucid::engine {

namespace {

using classify::Label;

void store(flow::Cold& c, const Label& label) noexcept {
  c.master = label.master;
  c.app = label.app;
  c.category = label.category;
  c.confidence = static_cast<std::uint8_t>(label.confidence);
  c.by = static_cast<std::uint8_t>(label.by);
}

void give_back(State& s, flow::Hot& h) noexcept {
  if (h.dpi == kNone) return;
  s.dpi->drop(h.dpi);
  h.dpi = kNone;
}

unsigned budget(const State& s, const flow::Hot& h) noexcept {
  return h.key.proto == 6 ? s.options.dpi_tcp_packets : s.options.dpi_udp_packets;
}

bool is_followed(const net::Key& k) noexcept { return k.proto == net::kProtoTcp || k.proto == net::kProtoUdp; }

flow::Content content_of(std::uint16_t master) noexcept {
  if (master == classify::kTls || master == classify::kQuic || master == classify::kDtls) return flow::Content::tls;
  return master == classify::kHttp ? flow::Content::http : flow::Content::dns;
}

bool swapped(const flow::Hot& h) noexcept { return (h.flags & flow::kFlowSwapped) != 0; }

// A reader of ours may have known the flow later in the same burst.
void settle_decided(State& s, const classify::DpiJob& job) noexcept {
  const flow::Hot& h = s.table.hot(job.flow);
  if (job.decided && (h.flags & flow::kFlowDecided) == 0) set_label(s, job.flow, job.label);
}

void settle_open(State& s, const classify::DpiJob& job) noexcept {
  flow::Hot& h = s.table.hot(job.flow);
  h.dpi = job.handle;
  if ((h.flags & flow::kFlowDecided) != 0) {
    give_back(s, h);
  } else if (s.table.cold(job.flow).asked >= budget(s, h)) {
    const Label guess = h.dpi == kNone ? Label{} : s.dpi->give_up(h.dpi);
    h.dpi = kNone;
    set_label(s, job.flow, guess);
  }
}

}  // namespace

void set_label(State& s, std::uint32_t flow, const Label& label) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (s.dpi != nullptr) give_back(s, h);
  h.flags |= flow::kFlowDecided | flow::kFlowLabelled;
  store(s.table.cold(flow), label);
  judge(s, flow);
}

void drop_dpi(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  give_back(s, h);
  h.flags |= flow::kFlowDecided;
}

void name_flow(State& s, std::uint32_t flow, std::uint16_t master, std::string_view name) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if ((h.flags & flow::kFlowUnread) != 0) return;  // its reader is on the way out
  learn_name(s, flow, content_of(master), name);
  const auto by = static_cast<classify::By>(s.table.cold(flow).by);
  // TLS within SMTP, SOCKS …: the flow keeps its label.
  if (by == classify::By::ndpi || by == classify::By::ndpi_cache) return judge(s, flow);
  Label label{master, master, 0, classify::Confidence::dpi, classify::By::parser};
  if (s.dpi != nullptr) label = s.dpi->name({master, name, &h.key, swapped(h)});
  set_label(s, flow, label);
}

Label shown_label(const State& s, std::uint32_t flow) noexcept {
  const flow::Cold& c = s.table.cold(flow);
  const policy::Level level = level_of(s.table.hot(flow));
  Label label{c.master, c.app, c.category, static_cast<classify::Confidence>(c.confidence), static_cast<classify::By>(c.by)};
  if (s.program == nullptr || level >= policy::Level::classify) return label;
  const bool ours = label.by == classify::By::parser || label.by == classify::By::name;
  if (level < policy::Level::metadata || !ours) return {};
  return {label.master, label.master, 0, label.confidence, classify::By::parser};
}

void ask_dpi(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  CHECK(s.job_count < net::kBurst);
  classify::DpiJob& job = s.jobs[s.job_count++];
  job.flow = flow;
  job.handle = h.dpi;
  job.packet = row.l3_bytes();
  job.ts_ns = row.ts_ns;
  job.dir = dir;
  job.decided = false;
  job.label = Label{};
  ++s.table.cold(flow).asked;
}

void settle_labels(State& s) noexcept {
  if (s.job_count == 0) return;
  s.dpi->inspect(s.jobs, s.job_count);
  const unsigned n = s.job_count;
  s.job_count = 0;
  // All verdicts come first: a flow's budget may be spent in the burst that decides it.
  for (unsigned i = 0; i < n; ++i) settle_decided(s, s.jobs[i]);
  for (unsigned i = 0; i < n; ++i) settle_open(s, s.jobs[i]);
}

void last_label(State& s, std::uint32_t flow) noexcept {
  if (s.dpi == nullptr) return;
  flow::Hot& h = s.table.hot(flow);
  flow::Cold& c = s.table.cold(flow);
  // Decided without a label: policy has kept inspection away, and no guess is wanted either.
  const bool kept_away = (h.flags & (flow::kFlowDecided | flow::kFlowLabelled)) == flow::kFlowDecided && is_followed(h.key);
  if (s.program != nullptr && kept_away) return;
  if (h.dpi != kNone) {
    const std::uint32_t handle = h.dpi;
    h.dpi = kNone;
    store(c, s.dpi->give_up(handle));
  }
  // nDPI may have looked and ruled the port's guess out; only where nobody could say anything are address and port asked.
  if (c.by == static_cast<std::uint8_t>(classify::By::nobody)) {
    store(c, s.dpi->guess(h.key, swapped(h) ? classify::Source::b : classify::Source::a));
  }
  h.flags |= flow::kFlowLabelled;
}

}  // namespace pellucid::engine
