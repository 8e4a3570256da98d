#include "app/cli/keys.h"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <mutex>

#include "app/authority.h"
#include "app/cli/log_file.h"
#include "app/deliveries.h"
#include "app/exit.h"
#include "app/file.h"
#include "app/roots.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/hasher.h"
#include "drivers/crypto/openssl/rsa.h"
#include "lib/keeper/granted.h"
#include "lib/keeper/in_vault.h"
#include "lib/keeper/keeper.h"
#include "lib/keys/key_file.h"

namespace pellucid::app {

namespace {

constexpr std::size_t kMaxEmbedded = 16u << 20;  // octets of a key log that a capture bears

std::int64_t now_s() { return std::time(nullptr); }

// Several workers ask one keeper: a replay can wait.
class Shared final : public keys::Keys {
 public:
  using Logs = std::vector<std::unique_ptr<LogFile>>;

  Shared(keeper::Keeper& keeper, keys::Keylog& log, const Logs& logs) : keeper_(keeper), log_(log), logs_(logs) {}
  void begin(keys::SessionId id, const keys::Ends& ends) noexcept override {
    const Turn turn(*this);
    keeper_.begin(id, ends);
  }
  void message(keys::SessionId id, keys::Side from, std::uint8_t type, Bytes body) noexcept override {
    const Turn turn(*this);
    keeper_.message(id, from, type, body);
  }
  keys::Answer lease(keys::SessionId id, const keys::Hellos& hellos, keys::Part part, keys::Side side, std::int64_t captured_s,
                     keys::DirectionKeys& d) noexcept override {
    const Turn turn(*this);
    for (const auto& file : logs_) file->read_on(log_);
    return keeper_.lease(id, hellos, part, side, captured_s, d);
  }
  Err renew(std::uint16_t suite, keys::DirectionKeys& d) noexcept override { return keeper_.renew(suite, d); }
  void terms(keys::SessionId id, keys::Terms& terms) noexcept override {
    const Turn turn(*this);
    keeper_.terms(id, terms);
  }
  keys::Answer more(keys::SessionId id, std::uint64_t used, keys::Terms& terms) noexcept override {
    const Turn turn(*this);
    return keeper_.more(id, used, terms);
  }
  void end(keys::SessionId id, std::uint64_t used) noexcept override {
    const Turn turn(*this);
    keeper_.end(id, used);
  }
  std::mutex& mutex() noexcept { return mutex_; }
  std::uint64_t busy_ns() const noexcept { return busy_ns_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Turn {
    explicit Turn(Shared& s) noexcept : shared(s), lock(s.mutex_), began(Clock::now()) {}
    ~Turn() { shared.busy_ns_ += static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now() - began).count()); }
    Shared& shared;
    std::lock_guard<std::mutex> lock;
    Clock::time_point began;
  };

  keeper::Keeper& keeper_;
  keys::Keylog& log_;
  const Logs& logs_;
  std::mutex mutex_;
  std::uint64_t busy_ns_ = 0;
};

}  // namespace

struct ReplayKeys::Parts {
  bool lab = false;
  OpenedSet set;
  std::vector<std::unique_ptr<OpenedGrant>> grants;
  exporter::GrantNames names;
  openssl::Hasher hasher;
  keys::Keylog log;
  Shared::Logs logs;
  openssl::Digests digests;
  keys::Vault vault{digests};
  keeper::InVault finder{&vault, now_s};
  std::optional<openssl::Trust> trust;
  std::unique_ptr<keeper::Warrants> warrants;
  std::unique_ptr<PolicyGuard> guard;
  std::unique_ptr<keeper::Keeper> keeper;
  std::unique_ptr<Shared> shared;
  std::vector<std::uint8_t> embedded;  // what came of a key log in the capture

  bool read_keys(const std::vector<std::string>& paths, std::string& problem);
  bool read_logs(const std::vector<std::string>& files, std::string& problem);
  bool read_authorities(const std::string& file, std::string& problem);
  bool read_grants(const std::vector<std::string>& files, keeper::Granted& granted, std::string& problem, int& code);
};

bool ReplayKeys::Parts::read_keys(const std::vector<std::string>& paths, std::string& problem) {
  openssl::KeyMaker maker;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.is_regular_file(error)) files.push_back(entry.path().string());
    }
  }
  for (const std::string& file : files) {
    std::optional<std::string> text = read_file(file, {keys::kMaxKeyFile, "a private key, in PEM or DER"}, problem);
    if (!text) return false;
    std::vector<keys::FoundKey> found;
    const bool good = keys::read_key_file({reinterpret_cast<std::uint8_t*>(text->data()), text->size()}, maker, found, problem);
    wipe(text->data(), text->size());
    if (!good) problem = file + ": " + problem;
    if (!good) return false;
    for (keys::FoundKey& key : found) {
      std::string id;
      if (vault.add(std::move(key), file, now_s(), id) == keys::Vault::Added::full) {
        problem = file + ": there are more than " + std::to_string(keys::Vault::kMaxKeys) + " keys; give fewer";
        return false;
      }
    }
  }
  return true;
}

bool ReplayKeys::Parts::read_logs(const std::vector<std::string>& files, std::string& problem) {
  for (const std::string& file : files) {
    logs.push_back(std::make_unique<LogFile>(file));
    if (!logs.back()->open(log, problem)) return false;
  }
  return true;
}

bool ReplayKeys::Parts::read_authorities(const std::string& file, std::string& problem) {
  const auto text = read_file(file, {keys::kMaxSigned, "a signed authority set"}, problem);
  if (!text || !open_set(*text, file, now_s(), set, problem)) return false;
  const std::string refusal = keys::refuse_first(set.set, set.document);
  if (!refusal.empty()) problem = file + ": " + refusal;
  return refusal.empty();
}

bool ReplayKeys::Parts::read_grants(const std::vector<std::string>& files, keeper::Granted& granted, std::string& problem,
                                    int& code) {
  for (const std::string& file : files) {
    const auto text = read_file(file, {keys::kMaxSigned, "a signed grant"}, problem);
    auto opened = std::make_unique<OpenedGrant>();
    if (!text || !open_grant(*text, file, set.set, now_s(), *opened, problem)) return false;
    const unsigned good = keys::quorum_of(opened->document);
    const std::string refusal = keys::refuse_grant(opened->grant, set.set, good, {});
    if (!refusal.empty()) {
      problem = file + ": " + refusal;
      code = kDenied;
      return false;
    }
    granted.add(opened->grant, good);
    names.push_back({opened->grant.id, opened->grant.purpose});
    grants.push_back(std::move(opened));
  }
  return true;
}

ReplayKeys::ReplayKeys(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ReplayKeys::~ReplayKeys() = default;

std::unique_ptr<ReplayKeys> ReplayKeys::open(const KeyPlan& plan, const policy::Program* program, const classify::Names& names,
                                             ReplayAudit* audit, std::string& problem, int& code) {
  code = kInvalid;
  if (plan.any() && !plan.lab && (plan.grants.empty() || plan.authorities.empty())) {
    problem =
        "keys need a grant and the authority set that it is judged by: give --grant and --authorities, or --lab for "
        "traffic of your own";
    code = kDenied;
    return nullptr;
  }
  auto parts = std::make_unique<Parts>();
  if (!parts->read_logs(plan.logs, problem) || !parts->read_keys(plan.keys, problem)) return nullptr;
  parts->trust.emplace(plan.statements ? openssl::Trust::Statements::check : openssl::Trust::Statements::pass);
  if (!add_roots(*parts->trust, plan.roots, problem)) return nullptr;
  parts->lab = plan.lab;
  if (plan.lab) {
    parts->warrants = std::make_unique<keeper::Lab>();
  } else {
    if (!plan.grants.empty() && !parts->read_authorities(plan.authorities, problem)) return nullptr;
    auto granted = std::make_unique<keeper::Granted>(parts->set.set, now_s);
    if (!parts->read_grants(plan.grants, *granted, problem, code)) return nullptr;
    parts->warrants = std::move(granted);
  }
  if (audit != nullptr) {
    parts->warrants = std::make_unique<Witnessed>(std::move(parts->warrants), *audit, parts->names);
  }
  parts->guard = std::make_unique<PolicyGuard>(&names);
  parts->guard->judge_by(program);
  parts->keeper = std::make_unique<keeper::Keeper>(parts->hasher, *parts->warrants, &parts->finder, &parts->log, &*parts->trust,
                                                   parts->guard.get());
  parts->shared = std::make_unique<Shared>(*parts->keeper, parts->log, parts->logs);
  return std::unique_ptr<ReplayKeys>(new ReplayKeys(std::move(parts)));
}

keys::Keys& ReplayKeys::keys() noexcept { return *parts_->shared; }
std::uint64_t ReplayKeys::keeper_ns() const noexcept { return parts_->shared->busy_ns(); }
void ReplayKeys::name_deliveries(pcapng::Deliveries& deliveries) const {
  const Parts& p = *parts_;
  if (p.grants.empty())
    deliveries.add(keys::kNoGrant, {"lab", "Made by pellucid run --lab: packets rebuilt around plaintext", {}});
  for (std::size_t i = 0; i < p.grants.size(); ++i) {
    if (auto d = delivery_of(p.grants[i]->grant)) deliveries.add(static_cast<std::uint32_t>(i), *std::move(d));
  }
}

void ReplayKeys::note_grants(ReplayAudit& audit) const {
  const Parts& p = *parts_;
  if (!p.set.digest.empty()) audit.note("authority_use", p.set.set.id, "sha256 " + p.set.digest);
  for (const auto& grant : p.grants) audit.note("grant_use", grant->grant.id, "sha256 " + grant->digest);
  if (p.lab) audit.note("lab_use", "lab", "traffic of one's own, opened without a grant");
}

const exporter::GrantNames& ReplayKeys::names() const noexcept { return parts_->names; }

// A block is put together before it is read, since lines go over its pieces.
void ReplayKeys::take(const net::SecretsPiece& piece) noexcept {
  std::vector<std::uint8_t>& text = parts_->embedded;
  if (piece.type != net::kTlsKeylog || piece.size > kMaxEmbedded) return;
  if (piece.offset == 0) {
    text.clear();
    text.reserve(piece.size);
  }
  text.insert(text.end(), piece.bytes.begin(), piece.bytes.end());
  if (text.size() != piece.size) return;
  {
    const std::lock_guard lock(parts_->shared->mutex());
    parts_->log.read_all(text);
  }
  wipe(text.data(), text.size());
  text.clear();
}

}  // namespace pellucid::app
