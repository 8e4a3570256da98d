#include "app/cli/session.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>

#include <chrono>
#include <filesystem>

#include "app/engine.h"
#include "app/exit.h"
#include "app/file.h"
#include "app/policy.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/seal.h"
#include "drivers/crypto/openssl/x509.h"
#include "drivers/dpi/ndpi/dpi.h"
#include "drivers/out/lines/lines.h"
#include "drivers/out/pcapng/deliveries.h"
#include "lib/metrics/metric.h"

namespace pellucid::app {

namespace {

constexpr std::size_t kRecordRing = 4u << 20;  // bytes; a burst's records at their longest are half of it
// … and with what is delivered: a burst may fill the gap of a flow with each packet, and free all that waited behind it.
constexpr std::size_t kDeliveryRing = 64u << 20;
constexpr std::size_t kMailRing = 8u << 20;
constexpr std::size_t kDpiArena = 64u << 20;
constexpr std::uint32_t kDpiFlows = 1u << 15;
constexpr std::uint32_t kMinFlows = 1024;  // a worker's
constexpr auto kNap = std::chrono::microseconds(100);

std::uint64_t thread_cpu_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

void name_thread(const char* name) noexcept { static_cast<void>(pthread_setname_np(pthread_self(), name)); }  // for ps and perf

std::uint64_t since(std::chrono::steady_clock::time_point start) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count());
}

net::HashSecret draw_secret() noexcept {
  net::HashSecret secret{};
  CHECK(getrandom(secret.bytes, sizeof secret.bytes, 0) == static_cast<ssize_t>(sizeof secret.bytes));
  return secret;
}

engine::Options options_of(const Plan& plan, unsigned worker, const net::HashSecret& secret) {
  engine::Options o;
  o.worker = static_cast<std::uint16_t>(worker);
  o.level = plan.level;
  o.limits.flows = std::max(kMinFlows, plan.flows / plan.workers);
  o.secret = secret;
  o.flow_hash = net::choose_flow_hash();
  o.dpi_tcp_packets = plan.dpi_tcp_packets;
  o.dpi_udp_packets = plan.dpi_udp_packets;
  o.update_ticks = engine::ticks(60.0 * plan.update_minutes);
  o.tls_wait_ticks = engine::ticks(5.0);
  return o;
}

bool make_folder(const std::string& folder, std::string& problem) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return true;
  problem = folder + ": cannot make this folder for records: " + error.message() + "; choose another with --out";
  return false;
}

std::unique_ptr<const policy::Program> read_program(const std::string& file, const classify::Names& names,
                                                    std::string& problem) {
  const auto text = read_policy_file(file, problem);
  if (!text) return nullptr;
  CompiledPolicy compiled = compile_policy(*text, file, {&names, nullptr}, 1);
  problem = compiled.problem;
  return std::move(compiled.program);
}

bool wants_dpi(const Plan& plan, const policy::Program* program) noexcept {
  if (program == nullptr) return plan.level >= policy::Level::classify;
  return program->most() >= policy::Level::classify || program->wants_applications();
}

}  // namespace

struct Session::Lane {
  Lane(const engine::Options& options, bool dpi_wanted, std::size_t mail_bytes, ReplayKeys* keys, bool delivers)
      : dpi(dpi_wanted ? std::make_unique<dpi::NdpiDpi>(kDpiFlows, kDpiArena) : nullptr),
        records(delivers ? kDeliveryRing : kRecordRing),
        mail(mail_bytes),
        engine(keys == nullptr ? nullptr : make_engine(options.limits.opened)),
        worker(options, records, dpi.get(), counters, {engine == nullptr ? nullptr : &keys->keys(), engine.get(), delivers},
               first.parts()) {}

  metrics::WorkerCounters counters;
  std::unique_ptr<dpi::NdpiDpi> dpi;
  Ring records;
  engine::Mail mail;
  std::unique_ptr<crypto::Engine> engine;  // null: no session is opened
  PacketOpener first;
  engine::Worker worker;
  net::Burst burst;
  std::uint64_t cpu_ns = 0;
  std::thread thread;
};

struct Session::Parts {
  explicit Parts(const Plan& plan)
      : secret(draw_secret()), front({.ignore_vlan = plan.ignore_vlan}, secret, net::choose_flow_hash(), reader_counters) {}

  std::unique_ptr<io::FileSource> source;
  std::unique_ptr<lines::Lines> sink;
  net::HashSecret secret;
  metrics::WorkerCounters reader_counters;  // the reader's, or unused by a lone worker but for the front
  metrics::WorkerCounters exporter_counters;
  engine::Front front;
  net::Burst burst;                    // the reader's
  std::unique_ptr<ReplayAudit> audit;  // null: no log is kept
  std::unique_ptr<ReplayKeys> keys;    // null: none were given
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<dpi::NdpiNames> names;
  std::unique_ptr<const policy::Program> program;  // null: none was given
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  openssl::Sealer sealer;
  std::unique_ptr<pcapng::Deliveries> deliveries;  // null: nobody takes plaintext
  exporter::Tally tally;
  std::unique_ptr<exporter::Eve> eve;
  std::unique_ptr<engine::Exporter> exporter;
  std::thread reader;
  std::thread writer;
  std::atomic<bool> read_to_end{false};  // the reader has sent all; set after final_tick
  std::atomic<std::uint32_t> final_tick{0};
  std::uint64_t reader_cpu_ns = 0;
  std::uint64_t read_ns = 0;  // inside pull()
  std::chrono::steady_clock::time_point began;
};

Session::Session(const Plan& plan) : plan_(plan), parts_(std::make_unique<Parts>(plan)) {}
Session::~Session() = default;

std::unique_ptr<Session> Session::open(const Plan& plan, std::string& problem, int& code) {
  code = kInvalid;
  std::unique_ptr<Session> session(new Session(plan));
  Parts& p = *session->parts_;
  p.names = std::make_unique<dpi::NdpiNames>();
  if (!plan.policy.empty() && (p.program = read_program(plan.policy, *p.names, problem)) == nullptr) return nullptr;
  // A policy that asks for sessions to be opened is answered: where no grant was given, by refusals.
  const bool asked = p.program != nullptr && p.program->most() >= policy::Level::decrypt;
  if (!plan.audit.empty()) p.audit = std::make_unique<ReplayAudit>();
  if ((plan.keys.any() || asked) &&
      (p.keys = ReplayKeys::open(plan.keys, p.program.get(), *p.names, p.audit.get(), problem, code)) == nullptr) {
    return nullptr;
  }
  code = kInvalid;
  p.source = io::FileSource::open(plan.file, {.repeat = plan.repeat, .secrets = p.keys.get()}, problem);
  if (p.source == nullptr) return nullptr;
  const bool folder = !plan.out.empty() && plan.out != "-";
  if (p.keys != nullptr && folder) {
    p.deliveries = std::make_unique<pcapng::Deliveries>(plan.out, p.sealer);
    p.keys->name_deliveries(*p.deliveries);
  }
  std::vector<Ring*> rings;
  const bool dpi = wants_dpi(plan, p.program.get());
  for (unsigned i = 0; i < plan.workers; ++i) {
    p.lanes.push_back(std::make_unique<Lane>(options_of(plan, i, p.secret), dpi, plan.workers == 1 ? 4096 : kMailRing,
                                             p.keys.get(), p.deliveries != nullptr));
    rings.push_back(&p.lanes.back()->records);
    if (p.program != nullptr) p.lanes.back()->worker.adopt(p.program.get());
  }
  exporter::EveOptions eve;
  eve.pcap_filename = plan.file == "-" ? "stdin" : plan.file;
  eve.lab = plan.keys.lab;
  p.eve = std::make_unique<exporter::Eve>(std::move(eve), p.digests, &p.certificates, p.names.get());
  p.eve->set_policy(p.program.get());
  if (p.keys != nullptr) p.eve->set_grants(&p.keys->names());
  if (!plan.out.empty()) {  // last, so that whatever cannot be had before leaves no trace
    if (plan.out != "-" && !make_folder(plan.out, problem)) return nullptr;
    p.sink = std::make_unique<lines::Lines>(plan.out == "-" ? "-" : plan.out + "/eve.jsonl");
    problem = p.sink->failure();
    if (!problem.empty()) return nullptr;
  }
  if (p.audit != nullptr) session->begin_log();
  p.exporter = std::make_unique<engine::Exporter>(std::move(rings), *p.eve, p.tally, p.sink.get(), p.exporter_counters,
                                                  p.deliveries.get(), p.audit == nullptr ? nullptr : p.audit->log());
  return session;
}

void Session::begin_log() {
  Parts& p = *parts_;
  p.audit->open(plan_.audit);
  if (p.audit->log() == nullptr) return;
  std::string digests = "binary sha256 " + p.audit->log()->hex_digest(own_binary());
  std::string problem;
  if (const auto policy = plan_.policy.empty() ? std::nullopt : read_policy_file(plan_.policy, problem)) {
    digests += ", policy sha256 " + p.audit->log()->hex_digest(*policy);
  }
  p.audit->note("start", "pellucid " PELLUCID_VERSION, digests);
  if (p.keys != nullptr) p.keys->note_grants(*p.audit);
}

void Session::tick() {
  const auto now = std::chrono::steady_clock::now();
  if (parts_->audit == nullptr || parts_->audit->log() == nullptr || now - ticked_ < std::chrono::seconds(1)) return;
  ticked_ = now;
  parts_->audit->log()->tick();
}

void Session::end_log(Outcome& outcome) {
  std::string problem;
  int code = kDone;
  if (parts_->audit->close(outcome.interrupted ? "interrupted" : "", problem, code) || !outcome.failure.empty()) return;
  outcome.failure = problem;
  outcome.code = code;
}

void Session::start() {
  Parts& p = *parts_;
  p.began = std::chrono::steady_clock::now();
  lanes_left_ = static_cast<unsigned>(p.lanes.size());
  p.writer = std::thread([this] { drive_exporter(); });
  if (p.lanes.size() == 1) {
    p.lanes[0]->thread = std::thread([this] { drive_alone(*parts_->lanes[0]); });
    return;
  }
  for (auto& lane : p.lanes) lane->thread = std::thread([this, &lane = *lane] { drive_worker(lane); });
  p.reader = std::thread([this] { drive_reader(); });
}

namespace {

// A file can wait, a worker may not: no packets are offered while the exporter is behind by half a ring.
void wait_for_room(const Ring& records) {
  while (records.used_bytes() > records.bytes() / 2) std::this_thread::sleep_for(kNap);
}

}  // namespace

void Session::drive_alone(Lane& lane) noexcept {
  name_thread("worker");
  Parts& p = *parts_;
  for (;;) {
    const auto start = std::chrono::steady_clock::now();
    const bool more = p.source->pull(lane.burst);
    p.read_ns += since(start);
    if (!more || stop_requested.load(std::memory_order_relaxed)) break;
    p.front.read(lane.burst);
    lane.worker.turn(lane.burst);
    wait_for_room(lane.records);
  }
  while (lane.worker.finish(p.front.now())) wait_for_room(lane.records);
  lane.cpu_ns = thread_cpu_ns();
  lanes_left_.fetch_sub(1, std::memory_order_release);
}

void Session::drive_reader() noexcept {
  name_thread("reader");
  Parts& p = *parts_;
  for (;;) {
    const auto start = std::chrono::steady_clock::now();
    const bool more = p.source->pull(p.burst);
    p.read_ns += since(start);
    if (!more || stop_requested.load(std::memory_order_relaxed)) break;
    p.front.read(p.burst);
    for (unsigned i = 0; i < p.burst.n; ++i) {
      engine::Mail& mail = p.lanes[engine::owner_of(p.burst.key[i], plan_.workers)]->mail;
      while (!mail.post(p.burst.row[i], p.burst.key[i])) {
        mail.hand_over();
        std::this_thread::sleep_for(kNap);
      }
      p.reader_counters.handover_sent.add(p.burst.row[i].frames);
    }
    for (auto& lane : p.lanes) lane->mail.hand_over();
  }
  p.final_tick.store(p.front.now(), std::memory_order_relaxed);
  p.read_to_end.store(true, std::memory_order_release);
  p.reader_cpu_ns = thread_cpu_ns();
}

void Session::drive_worker(Lane& lane) noexcept {
  name_thread("worker");
  Parts& p = *parts_;
  for (;;) {
    const bool last = p.read_to_end.load(std::memory_order_acquire);  // asked before the ring, so that nothing is left in it
    lane.mail.take(lane.burst);
    for (unsigned i = 0; i < lane.burst.n; ++i) lane.counters.handover_taken.add(lane.burst.row[i].frames);
    if (lane.burst.n == 0) {
      if (last) break;
      std::this_thread::sleep_for(kNap);
      continue;
    }
    lane.worker.turn(lane.burst);
    wait_for_room(lane.records);
  }
  while (lane.worker.finish(p.final_tick.load(std::memory_order_relaxed))) wait_for_room(lane.records);
  lane.cpu_ns = thread_cpu_ns();
  lanes_left_.fetch_sub(1, std::memory_order_release);
}

void Session::drive_exporter() noexcept {
  name_thread("exporter");
  Parts& p = *parts_;
  for (;;) {
    const bool last = lanes_left_.load(std::memory_order_acquire) == 0;  // asked before the rings, so that nothing is left
    if (p.exporter->turn()) continue;
    if (last) break;
    std::this_thread::sleep_for(kNap);
  }
  static_cast<void>(p.exporter->flush());
}

void Session::finish(Outcome& outcome) {
  Parts& p = *parts_;
  if (p.reader.joinable()) p.reader.join();
  for (auto& lane : p.lanes) lane->thread.join();
  p.writer.join();
  outcome.seconds = static_cast<double>(since(p.began)) / 1e9;
  outcome.cpu_ns = p.reader_cpu_ns;
  outcome.read_ns = p.read_ns;
  if (p.keys != nullptr) outcome.keeper_ns = p.keys->keeper_ns();
  metrics::accumulate(outcome.sum, p.reader_counters);
  metrics::accumulate(outcome.sum, p.exporter_counters);
  for (auto& lane : p.lanes) {
    outcome.cpu_ns += lane->cpu_ns;
    metrics::accumulate(outcome.sum, lane->counters);
  }
  outcome.interrupted = stop_requested.load();
  if (p.deliveries != nullptr) p.deliveries->close();
  outcome.failure = p.source->failure();
  if (p.deliveries != nullptr && outcome.failure.empty()) outcome.failure = p.deliveries->take_failure();
  if (p.sink != nullptr && outcome.failure.empty()) outcome.failure = p.sink->failure();
  outcome.code = outcome.failure.empty() ? kDone : kFailed;
  if (p.audit != nullptr) end_log(outcome);
}

std::uint64_t Session::bytes_read() const noexcept { return parts_->source->bytes_read(); }
std::uint64_t Session::bytes_whole() const noexcept { return parts_->source->bytes_whole(); }
const exporter::Tally& Session::tally() const noexcept { return parts_->tally; }
const classify::Names* Session::names() const noexcept { return parts_->names.get(); }

}  // namespace pellucid::app
