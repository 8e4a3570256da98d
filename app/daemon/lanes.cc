#include "app/daemon/lanes.h"

#include <sys/random.h>

#include <chrono>

#include "app/engine.h"
#include "drivers/io/dpdk/eal.h"
#include "drivers/sys/cpu/cpu.h"

namespace pellucid::app {

namespace {

constexpr std::size_t kRecordRing = 4u << 20;  // bytes; a burst's records at their longest are half of it
constexpr std::size_t kMailRing = 2u << 20;    // bytes from one worker to another: some thousand packets, or 1 ms at full rate
constexpr std::size_t kDpiArena = 64u << 20;
constexpr std::uint32_t kDpiFlows = 1u << 15;
constexpr std::uint32_t kMinFlows = 1024;  // a worker's
constexpr auto kDrainLimit = std::chrono::seconds(5);

net::HashSecret draw_secret() noexcept {
  net::HashSecret secret{};
  CHECK(getrandom(secret.bytes, sizeof secret.bytes, 0) == static_cast<ssize_t>(sizeof secret.bytes));
  return secret;
}

engine::Options options_of(const Config& config, unsigned worker, const net::HashSecret& secret) {
  engine::Options o;
  o.worker = static_cast<std::uint16_t>(worker);
  o.limits.flows = std::max(kMinFlows, config.flows / config.workers);
  o.timeouts = config.timeouts;
  o.secret = secret;
  o.flow_hash = net::choose_flow_hash();
  o.dpi_tcp_packets = config.dpi_tcp_packets;
  o.dpi_udp_packets = config.dpi_udp_packets;
  o.many_queues = config.workers > 1 || config.ports.size() > 1;
  o.update_ticks = engine::ticks(60.0 * config.update_minutes);
  o.tls_wait_ticks = engine::ticks(5.0);
  o.quic_keys = engine::kMaxQuicKeys;
  return o;
}

// Queue q of a port with one for each worker is worker q's, as the port's redirection table says. Ports with fewer go round.
std::vector<dpdk::Queue> queues_of(const Lanes::Ports& ports, unsigned worker, unsigned workers) {
  std::vector<dpdk::Queue> queues;
  unsigned next = 0;
  for (unsigned i = 0; i < ports.size(); ++i) {
    const unsigned n = ports[i]->queues();
    const unsigned first = n == workers ? 0 : next;
    for (unsigned q = 0; q < n; ++q) {
      if ((first + q) % workers == worker) queues.push_back(dpdk::queue_of(*ports[i], q, i));
    }
    if (n != workers) next += n;
  }
  return queues;
}

// Where none are named: the last cores, since the first one serves everything else.
unsigned core_of(const Config& config, unsigned worker) {
  if (!config.cores.empty()) return config.cores[worker];
  const std::vector<unsigned> cores = sys::allowed_cores();
  return cores[cores.size() - 1 - worker % cores.size()];
}

}  // namespace

struct Lanes::One {
  One(const Config& config, const Ports& ports, unsigned n, const net::HashSecret& secret, std::uint64_t start_ns,
      keeper::Wire& wire)
      : number(n),
        core(core_of(config, n)),
        options(options_of(config, n, secret)),
        dpi(kDpiFlows, kDpiArena),
        records(kRecordRing),
        source(queues_of(ports, n, config.workers)),
        front({.ignore_vlan = config.ignore_vlan}, secret, options.flow_hash, counters, start_ns),
        engine(make_engine(options.limits.opened)),
        worker(options, records, &dpi, counters, {engine == nullptr ? nullptr : &wire.asker(), engine.get(), true},
               first.parts()) {}

  unsigned number;
  unsigned core;
  engine::Options options;
  metrics::WorkerCounters counters;
  dpi::NdpiDpi dpi;
  Ring records;
  dpdk::DpdkSource source;
  engine::Front front;
  std::unique_ptr<crypto::Engine> engine;
  PacketOpener first;
  engine::Worker worker;
  std::unique_ptr<engine::Lane> lane;
  metrics::Published published;
  engine::Census census;
  alignas(kLine) std::atomic<std::uint64_t> turns{0};
  std::uint64_t turns_seen = 0;  // the control thread's
  std::thread thread;
};

Lanes::Lanes(const Config& config, const Ports& ports, Snap& policies, Keeping& keeping)
    : policies_(policies), sleep_us_(config.sleep_us) {
  const net::HashSecret secret = draw_secret();
  const std::uint64_t start_ns = sys::wall_ns();
  const unsigned n = config.workers;
  for (unsigned from = 0; from < n; ++from) {
    for (unsigned to = 0; to < n; ++to) mail_.push_back(from == to ? nullptr : std::make_unique<engine::Mail>(kMailRing));
  }
  for (unsigned i = 0; i < n; ++i) {
    lane_.push_back(std::make_unique<One>(config, ports, i, secret, start_ns, keeping.wire(i)));
    One& one = *lane_.back();
    engine::LaneParts parts{one.source, one.front, one.worker, one.counters, i, {}, {}, &keeping.wire(i)};
    for (unsigned other = 0; other < n; ++other) {
      parts.out.push_back(mail_[std::size_t{i} * n + other].get());
      parts.in.push_back(mail_[std::size_t{other} * n + i].get());
    }
    one.lane = std::make_unique<engine::Lane>(std::move(parts));
  }
}

Lanes::~Lanes() {
  stop();
  join();
}

void Lanes::start() {
  pulling_ = joining_ = left_ = static_cast<unsigned>(lane_.size());
  for (auto& one : lane_) one->thread = std::thread([this, &one = *one] { drive(one); });
}

void Lanes::join() {
  for (auto& one : lane_) {
    if (one->thread.joinable()) one->thread.join();
  }
}

void Lanes::drive(One& one) noexcept {
  sys::name_thread("worker");
  static_cast<void>(sys::pin(one.core));  // the configuration was checked; a core that went away since costs speed alone
  const dpdk::Seat seat;
  work(one);
  finish(one);
  policies_.offline(one.number);
  left_.fetch_sub(1, std::memory_order_release);
}

void Lanes::work(One& one) noexcept {
  sys::Nap nap(sleep_us_);
  std::uint64_t before = sys::cycles();
  const policy::Program* program = nullptr;
  policies_.online(one.number);
  while (!stop_.load(std::memory_order_relaxed)) {
    one.turns.store(one.turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (const policy::Program* now = policies_.take(one.number); now != program) {
      one.worker.adopt(now);
      program = now;
    }
    const bool came = one.lane->turn(one.source.now()) != 0;
    if (!came) nap.idle();
    const std::uint64_t now = sys::cycles();
    if (came) {
      nap.busy();
      one.counters.busy_cycles.add(now - before);
    } else {
      one.counters.idle_cycles.add(now - before);
    }
    before = now;
    one.published.offer(one.counters);
    one.census.step(one.worker.state());
  }
}

// Nobody leaves while another may still send.
void Lanes::finish(One& one) noexcept {
  for (std::atomic<unsigned>* senders : {&pulling_, &joining_}) {
    senders->fetch_sub(1, std::memory_order_release);
    for (;;) {
      const bool last = senders->load(std::memory_order_acquire) == 0;  // asked before the mail, so that nothing is left in it
      if (one.lane->drain() == 0 && last) break;
    }
  }
  // The exporter empties the rings. Where it cannot, records are lost and counted, but the end comes.
  const auto until = std::chrono::steady_clock::now() + kDrainLimit;
  while (one.lane->end()) {
    while (one.records.used_bytes() > one.records.bytes() / 2 && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
}

metrics::Published& Lanes::published(unsigned worker) noexcept { return lane_[worker]->published; }

engine::Census& Lanes::census(unsigned worker) noexcept { return lane_[worker]->census; }

std::vector<Ring*> Lanes::rings() {
  std::vector<Ring*> rings;
  for (auto& one : lane_) rings.push_back(&one->records);
  return rings;
}

const Ring& Lanes::ring(unsigned worker) const noexcept { return lane_[worker]->records; }
const metrics::WorkerCounters& Lanes::counters(unsigned worker) const noexcept { return lane_[worker]->counters; }
unsigned Lanes::core(unsigned worker) const noexcept { return lane_[worker]->core; }
std::uint32_t Lanes::capacity(unsigned worker) const noexcept { return lane_[worker]->options.limits.flows; }

bool Lanes::all_turned() noexcept {
  bool all = true;
  for (auto& one : lane_) {
    const std::uint64_t turns = one->turns.load(std::memory_order_relaxed);
    all &= turns != one->turns_seen;
    one->turns_seen = turns;
  }
  return all;
}

}  // namespace pellucid::app
