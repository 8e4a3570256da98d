#include "app/audit_log.h"

#include <sys/random.h>

#include <filesystem>
#include <fstream>
#include <iomanip>

#include "drivers/sys/cpu/cpu.h"
#include "lib/base/check.h"
#include "lib/base/secret.h"
#include "lib/export/text.h"

namespace pellucid::app {

namespace {

constexpr const char* kKeyName = "key.pem";
constexpr const char* kPublicName = "public.pem";
constexpr std::size_t kMaxKey = 4096;               // octets of a key's file
constexpr std::int64_t kClockStep = 1'000'000'000;  // ns
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;

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

std::unique_ptr<AuditLog> AuditLog::open(const Place& place, std::string& problem) {
  std::unique_ptr<AuditLog> log(new AuditLog(place));
  log->boot_id_ = read_boot_id();
  log->shelf_ = sys::Folder::open(place.folder, problem);
  if (log->shelf_ == nullptr || !log->load_key(problem) || !log->load_log(problem)) return nullptr;
  log->leaves_ = LeafFile::open(place.folder, problem);
  if (log->leaves_ == nullptr) return nullptr;
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
    if (key_ == nullptr) problem = place_.folder + "/" + kKeyName + ": " + problem + "; put the right one back";
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
  recall();
  ledger_ = sys::Ledger::open(
      place_.log,
      [&](std::string_view line) {
        const bool good = judge.take(line);
        if (good && judge.seq() == memory_.seq) head_there_ = judge.head();
        return good;
      },
      problem);
  if (ledger_ == nullptr) return false;
  seq_ = judge.seq();
  head_ = judge.head();
  signed_seq_ = judge.signed_seq();
  known_ = judge.checkpoint();
  grants_before_ = known_.grants;
  if (!judge.problem().empty()) {
    break_off(judge.problem());
  } else if (ledger_->cut() != 0) {
    const std::string octets = std::to_string(ledger_->cut()) + " octets";
    note({place_.self, "", "audit_mend", "last entry", "done", "it was torn and is cut off: " + octets});
  }
  if (health_ != Health::broken) compare();
  return true;
}

void AuditLog::recall() {
  std::ifstream in(place_.memory);
  std::string head;
  if (place_.memory.empty() || !(in >> memory_.seq >> std::setw(65) >> head) || !audit::read_hash(head, memory_.head))
    memory_ = {};
}

// Whoever restores the state folder from before would have quotas and revocations forgotten. What is remembered outside of it
// is not written anew until somebody has looked into it.
void AuditLog::compare() {
  if (memory_.seq == 0 || (memory_.seq <= seq_ && head_there_ == memory_.head)) return;
  older_ = "the state folder was restored from before: the audit log had an entry " + std::to_string(memory_.seq) +
           " which is not there; restore the newest copy, or remove " + place_.memory +
           " once it was looked into, and start again";
  note({place_.self, "", "state_restored", "audit log", "refused", older_});
}

void AuditLog::remember() {
  if (place_.memory.empty() || !older_.empty() || memory_.seq == seq_) return;
  const std::string beside = place_.memory + ".unfinished";
  std::string head;
  exporter::write_hex(head, head_);
  std::ofstream out(beside);
  out << seq_ << ' ' << head << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, place_.memory, error);
  if (out && !error) memory_ = {seq_, head_};
}

audit::Stamp AuditLog::stamp() const { return {seq_ + 1, sys::wall_ns(), boot_id_, head_, place_.self}; }

void AuditLog::break_off(const std::string& why) {
  health_ = Health::broken;
  problem_ = "the audit log is broken: " + why + "; move " + place_.log + " away once it was looked into";
}

void AuditLog::fail(const std::string& why) {
  health_ = Health::failing;
  problem_ = "the audit log cannot be written: " + why;
}

// A disk that is full stops the log at a whole entry; it goes on when there is room.
bool AuditLog::add(const std::string& line) {
  std::string problem;
  if (!ledger_->append(line, problem)) {
    fail(problem);
    return false;
  }
  health_ = Health::good;
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
  if (!add(audit::write_event(stamp(), {place_.self, "", "audit_gap", count, "done", "they could not be written"})))
    return false;
  missed_ = 0;
  return true;
}

void AuditLog::note(const audit::Event& event) {
  const std::lock_guard lock(mutex_);
  if (!open_for_entries()) return;
  if (!tell_gap() || !add(audit::write_event(stamp(), event))) ++missed_;
}

audit::Salt AuditLog::salt() noexcept {
  audit::Salt salt{};
  CHECK(getrandom(salt.data(), salt.size(), 0) == static_cast<ssize_t>(salt.size()));
  return salt;
}

// Where no root can be written for long, the log is told how many records it does not prove.
void AuditLog::written(std::string_view line, std::uint64_t captured_ns) noexcept {
  const std::lock_guard lock(mutex_);
  if (!open_for_entries()) return;
  if (sheaf_.full() || (place_.pace == Pace::capture && sheaf_.ends_before(captured_ns))) static_cast<void>(tell_sessions());
  if (!sheaf_.add(line, captured_ns)) ++missed_;
}

void AuditLog::refused(keys::Reason reason, std::uint64_t captured_ns) noexcept {
  const std::lock_guard lock(mutex_);
  if (!open_for_entries()) return;
  if (place_.pace == Pace::capture && captured_ns / kMinute > summed_minute_) {
    static_cast<void>(tell_refusals());
    summed_minute_ = captured_ns / kMinute;
  }
  sheaf_.refuse(reason);
}

// Leaves before their root: what the log names can be shown.
bool AuditLog::tell_sessions() {
  if (sheaf_.leaves().empty()) return true;
  std::string problem;
  if (!tell_gap()) return false;
  if (!leaves_->append(seq_ + 1, sheaf_.leaves(), problem)) {
    fail(problem);
    return false;
  }
  if (!add(audit::write_sessions(stamp(), sheaf_.sessions()))) return false;
  sheaf_.clear();
  return true;
}

bool AuditLog::tell_refusals() {
  for (std::size_t i = 0; i < audit::Sheaf::kReasons; ++i) {
    const auto reason = static_cast<keys::Reason>(i);
    const std::uint64_t n = sheaf_.refused(reason);
    if (n == 0) continue;
    const std::string count = std::to_string(n) + " sessions";
    if (!tell_gap() ||
        !add(audit::write_event(stamp(), {place_.self, "", "sessions_refused", count, "refused", keys::label(reason)})))
      return false;
    sheaf_.forget(reason);
  }
  return true;
}

bool AuditLog::tell_second() {
  const std::uint64_t minute = sys::wall_ns() / kMinute;
  if (!tell_sessions()) return false;
  if (minute != summed_minute_ && tell_refusals()) summed_minute_ = minute;
  return true;
}

// Somebody who makes room by cutting the log, or puts another in its place, has broken it.
bool AuditLog::still_whole() {
  std::string problem;
  std::vector<std::string> last;
  if (!ledger_->whole(problem)) {
    break_off(problem);
  } else if (seq_ != 0 && ledger_->read(ledger_->lines() - 1, 1, last, problem) &&
             (last.size() != 1 || audit::hash_of(digests_, last[0]) != head_)) {
    break_off("entry " + std::to_string(seq_) + " is not what was written");
  }
  return health_ != Health::broken;
}

std::optional<AuditLog::Standing> AuditLog::find(const audit::Hash& leaf) const {
  auto found = LeafFile::find(place_.folder, leaf);
  if (!found) return {};
  std::vector<std::string> lines;
  std::string problem;
  if (!read(found->seq, 1, lines, problem) || lines.empty()) return {};
  return Standing{std::move(*found), std::move(lines[0])};
}

void AuditLog::checkpoint() {
  std::uint8_t key[32];
  digests_.sha256(key_->public_key(), key);
  known_.key = std::to_array(key);
  std::string line = audit::write_checkpoint(stamp(), known_);
  std::uint8_t signature[crypto::kSignature];
  if (!key_->sign(as_bytes(line), signature)) {
    health_ = Health::failing;
    problem_ = "the audit log cannot be signed: OpenSSL refuses the key " + place_.folder + "/" + kKeyName;
    return;
  }
  audit::seal(line, signature);
  if (!add(line)) return;
  signed_seq_ = seq_;
  checkpoint_s_ = sys::wall_ns() / kSecond;
  checkpoint_at_ = std::chrono::steady_clock::now() + kCheckpointTime;
}

// What was written once was written: a copy from before does not make it less.
void AuditLog::know(std::string_view authorities, std::uint64_t grants) {
  const std::lock_guard lock(mutex_);
  if (!audit::read_hash(authorities, known_.authorities)) known_.authorities = {};
  known_.grants = std::max(known_.grants, grants);
}

void AuditLog::tick() {
  watch_clock();
  const std::lock_guard lock(mutex_);
  if (!open_for_entries() || !still_whole()) return;
  if (place_.pace == Pace::wall && !tell_second()) return;
  remember();
  if (seq_ == signed_seq_ && missed_ == 0) return;
  const bool due = std::chrono::steady_clock::now() >= checkpoint_at_ || seq_ - signed_seq_ >= kCheckpointEntries;
  if ((due || !problem_.empty()) && tell_gap()) checkpoint();  // after a trouble this is how it is seen that it has passed
}

// Whoever sets the clock back would lengthen grants: each step stands in the log.
void AuditLog::watch_clock() {
  const std::int64_t now = clock_offset();
  const std::int64_t step = clock_ns_ == 0 ? 0 : now - clock_ns_;
  clock_ns_ = now;
  if (step > -kClockStep && step < kClockStep) return;
  note({place_.self, "", "clock_step", "wall clock", "done", std::to_string(step / 1'000'000) + " ms"});
}

void AuditLog::close(const audit::Event* last) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  const bool whole = health_ != Health::broken && still_whole();
  if (whole && tell_sessions() && tell_refusals() && tell_gap() &&
      (last == nullptr || add(audit::write_event(stamp(), *last))) && seq_ != signed_seq_) {
    checkpoint();
  }
  if (whole) remember();
  closed_ = true;
}

AuditLog::State AuditLog::state() const {
  const std::lock_guard lock(mutex_);
  if (health_ == Health::good && !older_.empty()) return {seq_, checkpoint_s_, older_, Health::older};
  return {seq_, checkpoint_s_, problem_, health_};
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
    const auto leaves = leaves_->ledger();
    lock.unlock();
    std::string problem;
    const bool good = leaves->sync(problem) && ledger_->sync(problem);
    lock.lock();
    if (!good && health_ != Health::broken) fail(problem);
  }
}

}  // namespace pellucid::app
