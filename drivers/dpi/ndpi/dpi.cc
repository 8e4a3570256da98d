#include "drivers/dpi/ndpi/dpi.h"

#include <algorithm>
#include <cstring>

#include "drivers/dpi/ndpi/arena.h"
#include "drivers/dpi/ndpi/lookup.h"
#include "drivers/dpi/ndpi/module.h"

namespace pellucid::dpi {
namespace {

using classify::By;
using classify::Confidence;
using classify::DpiJob;
using classify::Label;

constexpr unsigned kIndexBits = 20;
constexpr std::uint32_t kIndexMask = (1u << kIndexBits) - 1;
constexpr std::uint32_t kGenerationMask = 0xfff;
static_assert(NdpiDpi::kMaxFlows <= kIndexMask);  // so that no handle is kNone

}  // namespace

struct NdpiDpi::State {
  State(std::uint32_t capacity, std::size_t arena_bytes)
      : arena(arena_bytes), module(make_module()), flows(capacity), generation(capacity) {}
  ~State() {
    for (std::uint32_t i = 0; i < flows.capacity(); ++i) {
      if (live(i)) release(i);
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool live(std::uint32_t i) const noexcept { return (generation.at[i] & 1) != 0; }
  std::uint32_t handle_of(std::uint32_t i) const noexcept { return i | generation.at[i] << kIndexBits; }
  std::uint32_t index_of(std::uint32_t handle) const noexcept {  // kNone: it was given back
    const std::uint32_t i = handle & kIndexMask;
    return i < flows.capacity() && live(i) && handle_of(i) == handle ? i : kNone;
  }
  void turn_over(std::uint32_t i) noexcept { generation.at[i] = (generation.at[i] + 1) & kGenerationMask; }

  std::uint32_t claim() noexcept;
  void release(std::uint32_t i) noexcept;
  void inspect(DpiJob& job) noexcept;

  Arena arena;  // before the module: what the module still holds is freed into it
  Module module;
  Slab<ndpi_flow_struct> flows;
  LineArray<std::uint32_t> generation;  // of each flow's state; odd: live
  ndpi_flow_struct scratch;             // for look-ups that are nobody's flow
  Known known;
  classify::DpiStats stats{};
};

namespace {

// Masters and applications as ndpiReader prints them: where the library knows one only, it is both. A verdict that rests on
// what other flows left in the library's caches says so. Unknown, by nobody: the library could not even read the packets, so
// that a guess by ports is still to be made; unknown, by ndpi: it has looked, and ruled the guess out.
Label label_of(const ndpi_protocol& found, const ndpi_flow_struct& flow) noexcept {
  Label label;
  label.master = found.master_protocol != NDPI_PROTOCOL_UNKNOWN ? found.master_protocol : found.app_protocol;
  label.app = found.app_protocol != NDPI_PROTOCOL_UNKNOWN ? found.app_protocol : found.master_protocol;
  label.category = static_cast<std::uint16_t>(found.category);
  label.confidence = static_cast<Confidence>(flow.confidence);
  // STUN names its application from a cache too, but claims to have inspected it.
  const bool cached = label.confidence == Confidence::dpi_cache || label.master == NDPI_PROTOCOL_STUN;
  label.by = cached ? By::ndpi_cache : By::ndpi;
  if (label.app == classify::kUnknown && flow.protocol_id_already_guessed == 0) label.by = By::nobody;
  return label;
}

// The last job before `k` that is of the same flow, or `k`.
unsigned earlier(const DpiJob* jobs, unsigned k) noexcept {
  for (unsigned i = k; i > 0; --i) {
    if (jobs[i - 1].flow == jobs[k].flow) return i - 1;
  }
  return k;
}

}  // namespace

std::uint32_t NdpiDpi::State::claim() noexcept {
  const std::uint32_t i = flows.claim();
  if (i == kNone) {
    ++stats.pool_full;
    return kNone;
  }
  std::memset(&flows[i], 0, sizeof(ndpi_flow_struct));
  turn_over(i);
  ++stats.flows;
  return i;
}

void NdpiDpi::State::release(std::uint32_t i) noexcept {
  ndpi_free_flow_data(&flows[i]);
  turn_over(i);
  flows.drop(i);
}

void NdpiDpi::State::inspect(DpiJob& job) noexcept {
  const std::uint32_t i = job.handle == kNone ? claim() : index_of(job.handle);
  job.handle = i == kNone ? kNone : handle_of(i);
  if (i == kNone) return;
  ndpi_flow_struct& flow = flows[i];
  ++stats.packets;
  const auto length = static_cast<std::uint16_t>(std::min<std::size_t>(job.packet.size(), 0xffff));
  const ndpi_protocol found =
      ndpi_detection_process_packet(module.get(), &flow, job.packet.data(), length, job.ts_ns / 1'000'000);
  if (found.app_protocol == NDPI_PROTOCOL_UNKNOWN || ndpi_extra_dissection_possible(module.get(), &flow) != 0) return;
  job.label = label_of(found, flow);
  job.decided = true;
  job.handle = kNone;
  ++stats.decided;
  release(i);
}

NdpiDpi::NdpiDpi(std::uint32_t flows, std::size_t arena_bytes) {
  CHECK(flows > 0 && flows <= kMaxFlows);
  state_ = std::make_unique<State>(flows, arena_bytes);
}
NdpiDpi::~NdpiDpi() = default;

void NdpiDpi::inspect(DpiJob* jobs, unsigned n) noexcept {
  CHECK(n <= net::kBurst);
  const ArenaScope scope(&state_->arena);
  for (unsigned k = 0; k < n; ++k) {
    DpiJob& job = jobs[k];
    job.decided = false;
    const unsigned before = earlier(jobs, k);
    if (before != k) {
      job.handle = jobs[before].handle;
      if (job.handle == kNone) continue;  // decided, or no room: not for this packet either
    }
    state_->inspect(job);
  }
}

Label NdpiDpi::give_up(std::uint32_t handle) noexcept {
  State& s = *state_;
  const std::uint32_t i = s.index_of(handle);
  if (i == kNone) return {};
  const ArenaScope scope(&s.arena);
  std::uint8_t guessed = 0;
  const bool blank = s.flows[i].detected_protocol_stack[0] == NDPI_PROTOCOL_UNKNOWN;
  const ndpi_protocol found = ndpi_detection_giveup(s.module.get(), &s.flows[i], 1, &guessed);
  Label label = label_of(found, s.flows[i]);
  // No dissector had a verdict and it is no guess: what remains are the library's caches, whatever confidence it claims.
  if (blank && label.confidence == Confidence::dpi) label.by = By::ndpi_cache;
  ++s.stats.gave_up;
  s.release(i);
  return label;
}

void NdpiDpi::drop(std::uint32_t handle) noexcept {
  State& s = *state_;
  const std::uint32_t i = s.index_of(handle);
  if (i == kNone) return;
  const ArenaScope scope(&s.arena);
  ++s.stats.dropped;
  s.release(i);
}

Label NdpiDpi::name(const classify::NameAsk& ask) noexcept {
  const ArenaScope scope(&state_->arena);
  return look_up_name(*state_->module, state_->known, state_->scratch, ask);
}

// The way that ndpiReader takes for flows in which nothing was found: a protocol by port, an application by address.
Label NdpiDpi::guess(const net::Key& key, classify::Source source) noexcept {
  State& s = *state_;
  const ArenaScope scope(&s.arena);
  ndpi_flow_struct& flow = s.scratch;
  const Ends ends = ends_of(key, source == classify::Source::b);
  fill_flow(flow, key, ends);
  std::uint8_t user_defined = 0;
  std::uint8_t guessed = 0;
  flow.protocol_id_already_guessed = 1;
  // Without the flow: given one of ICMP, the library looks into the last packet it saw, whose memory may be gone by now.
  flow.guessed_protocol_id = ndpi_guess_protocol_id(s.module.get(), nullptr, key.proto, ends.sport, ends.dport, &user_defined);
  flow.guessed_host_protocol_id = look_up_host(*s.module, s.known, key, ends);
  const ndpi_protocol found = ndpi_detection_giveup(s.module.get(), &flow, 1, &guessed);
  const Label label = label_of(found, flow);
  ndpi_free_flow_data(&flow);
  return label;
}

std::uint64_t NdpiDpi::arena_full() const noexcept { return state_->arena.refused(); }

classify::DpiStats NdpiDpi::stats() const noexcept {
  classify::DpiStats now = state_->stats;
  now.arena_full = state_->arena.refused();
  now.live = state_->flows.live();
  now.arena_bytes = state_->arena.used_bytes();
  return now;
}

}  // namespace pellucid::dpi
