#include "app/daemon/audit_log.h"

#include <fstream>

#include "drivers/sys/cpu/cpu.h"
#include "lib/base/secret.h"
#include "lib/export/text.h"

namespace pellucid::app {

namespace {

constexpr const char* kKeyName = "key.pem";
constexpr const char* kPublicName = "public.pem";
constexpr const char* kLogName = "/audit.jsonl";
constexpr std::size_t kMaxKey = 4096;               // octets of a key's file
constexpr std::int64_t kClockStep = 1'000'000'000;  // ns
constexpr std::uint64_t kSecond = 1'000'000'000;

std::string read_boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id") >> std::ws, id);
  return id;
}

std::int64_t clock_offset() {
  const auto forward = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::int64_t>(sys::wall_ns()) - std::chrono::duration_cast<std::chrono::nanoseconds>(forward).count();
}

}  // namespace

std::unique_ptr<AuditLog> AuditLog::open(const std::string& folder, std::string& problem) {
  std::unique_ptr<AuditLog> log(new AuditLog(folder));
  log->shelf_ = sys::Folder::open(folder, problem);
  if (log->shelf_ == nullptr || !log->load_key(problem) || !log->load_log(problem)) return nullptr;
  log->boot_id_ = read_boot_id();
  log->checkpoint_at_ = std::chrono::steady_clock::now() + kCheckpointTime;
  log->syncing_ = std::thread([&log = *log] { log.sync_in_groups(); });
  return log;
}

AuditLog::~AuditLog() {
  if (!syncing_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  wake_.notify_one();
  syncing_.join();
}

bool AuditLog::load_key(std::string& problem) {
  std::string pem;
  if (shelf_->read(kKeyName, kMaxKey, pem, problem)) {
    key_ = openssl::SigningKey::read(pem, problem);
    if (key_ == nullptr) problem = folder_ + "/" + kKeyName + ": " + problem + "; put the right one back";
  } else if (problem.empty()) {
    key_ = openssl::SigningKey::make(problem);
    if (key_ != nullptr && !(key_->write_private(pem) && shelf_->write(kKeyName, pem, problem))) key_ = nullptr;
  }
  wipe(pem.data(), pem.size());
  return key_ != nullptr && key_->write_public(public_pem_) && shelf_->write(kPublicName, public_pem_, problem);
}

bool AuditLog::load_log(std::string& problem) {
  const auto verifier = openssl::VerifyingKey::read(public_pem_, problem);
  if (verifier == nullptr) return false;
  audit::Judge judge(digests_, verifier.get());
  ledger_ = sys::Ledger::open(
      folder_ + kLogName, [&judge](std::string_view line) { return judge.take(line); }, problem);
  if (ledger_ == nullptr) return false;
  seq_ = judge.seq();
  head_ = judge.head();
  signed_seq_ = judge.signed_seq();
  if (!judge.problem().empty()) {
    problem_ = "the audit log is broken: " + judge.problem() + "; move " + folder_ + kLogName + " away once it was looked into";
  } else if (ledger_->cut() != 0) {
    const std::string octets = std::to_string(ledger_->cut()) + " octets";
    note({"pellucidd", "", "audit_mend", kLogName + 1, "done", "a torn last entry was cut off: " + octets});
  }
  return true;
}

audit::Stamp AuditLog::stamp() const { return {seq_ + 1, sys::wall_ns(), boot_id_, head_}; }

// A disk that is full stops the log at a whole entry; it goes on when there is room.
bool AuditLog::add(const std::string& line) {
  std::string problem;
  if (!ledger_->append(line, problem)) {
    problem_ = "the audit log cannot be written: " + problem;
    return false;
  }
  problem_.clear();
  ++seq_;
  head_ = audit::hash_of(digests_, line);
  dirty_ = true;
  wake_.notify_one();
  return true;
}

// Nobody can say any more what was missed, but that something was.
bool AuditLog::tell_gap() {
  if (missed_ == 0) return true;
  const std::string count = std::to_string(missed_) + " events";
  if (!add(audit::write_event(stamp(), {"pellucidd", "", "audit_gap", count, "done", "they could not be written"})))
    return false;
  missed_ = 0;
  return true;
}

void AuditLog::note(const audit::Event& event) {
  const std::lock_guard lock(mutex_);
  if (closed_ || problem_.starts_with("the audit log is broken")) return;
  if (!tell_gap() || !add(audit::write_event(stamp(), event))) ++missed_;
}

void AuditLog::checkpoint() {
  audit::Checkpoint c;
  std::uint8_t key[32];
  digests_.sha256(key_->public_key(), key);
  c.key = std::to_array(key);
  std::string line = audit::write_checkpoint(stamp(), c);
  std::uint8_t signature[crypto::kSignature];
  if (!key_->sign(as_bytes(line), signature)) {
    problem_ = "the audit log cannot be signed: OpenSSL refuses the key " + folder_ + "/" + kKeyName;
    return;
  }
  audit::seal(line, signature);
  if (!add(line)) return;
  signed_seq_ = seq_;
  checkpoint_s_ = sys::wall_ns() / kSecond;
  checkpoint_at_ = std::chrono::steady_clock::now() + kCheckpointTime;
}

void AuditLog::tick() {
  watch_clock();
  const std::lock_guard lock(mutex_);
  if (closed_ || (seq_ == signed_seq_ && missed_ == 0) || problem_.starts_with("the audit log is broken")) return;
  const bool due = std::chrono::steady_clock::now() >= checkpoint_at_ || seq_ - signed_seq_ >= kCheckpointEntries;
  if ((due || !problem_.empty()) && tell_gap()) checkpoint();  // after a trouble this is how it is seen that it has passed
}

// Whoever sets the clock back would lengthen grants: each step stands in the log.
void AuditLog::watch_clock() {
  const std::int64_t now = clock_offset();
  const std::int64_t step = clock_ns_ == 0 ? 0 : now - clock_ns_;
  clock_ns_ = now;
  if (step > -kClockStep && step < kClockStep) return;
  note({"pellucidd", "", "clock_step", "wall clock", "done", std::to_string(step / 1'000'000) + " ms"});
}

void AuditLog::close() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (seq_ != signed_seq_ && problem_.empty()) checkpoint();
  closed_ = true;
}

AuditLog::State AuditLog::state() const {
  const std::lock_guard lock(mutex_);
  return {seq_, checkpoint_s_, problem_};
}

bool AuditLog::read(std::uint64_t from, std::size_t most, std::vector<std::string>& lines, std::string& problem) const {
  const std::lock_guard lock(mutex_);
  return ledger_->read(from == 0 ? 0 : from - 1, most, lines, problem);
}

std::string AuditLog::hex_digest(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  exporter::write_hex(out, audit::hash_of(digests_, text));
  return out;
}

void AuditLog::sync_in_groups() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return dirty_ || end_; });
    if (!dirty_) return;
    if (!end_) wake_.wait_for(lock, kGroup, [this] { return end_; });  // what else comes goes along
    dirty_ = false;
    lock.unlock();
    std::string problem;
    const bool good = ledger_->sync(problem);
    lock.lock();
    if (!good) problem_ = "the audit log cannot be written: " + problem;
  }
}

}  // namespace pellucid::app
