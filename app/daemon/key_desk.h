// KeyDesk: the daemon's long-term keys: the vault, the folder that is watched and what callers bring. Owned by the world; its
// mutex lets in one thread at a time: the control server's, main's once a second, the keeper's by with(). Never a worker.
#pragma once
#include <map>
#include <mutex>
#include <optional>

#include "app/audit_log.h"
#include "drivers/crypto/openssl/rsa.h"
#include "drivers/keys/file/folder.h"
#include "lib/keys/vault.h"

namespace pellucid::app {

class KeyDesk {
 public:
  struct Result {
    std::string problem;              // empty: done
    std::vector<keys::KeyView> keys;  // that came, or went
  };
  struct Upload {
    MutBytes text;     // a key file; it is wiped
    std::string file;  // what the caller calls it
  };
  using Clock = std::uint64_t (*)();  // seconds since 1970

  // `folder`: of key files; empty: none is watched.
  KeyDesk(const std::string& folder, AuditLog& audit, Clock clock);

  Result import_text(const Upload& upload, const std::string& who);
  Result zeroise(const std::string& id, const std::string& who);
  Result zeroise_all(const std::string& who);
  std::vector<keys::KeyView> list() const;
  std::vector<std::string> problems() const;  // a sentence each
  void tick();                                // once a second: what has expired goes, the folder is looked at

  // What the keeper does with the vault while nobody else does.
  template <class Act>
  auto with(Act&& act) {
    const std::scoped_lock lock(mutex_);
    return act(vault_);
  }

 private:
  std::int64_t now() const { return static_cast<std::int64_t>(clock_()); }
  std::string take(const Upload& upload, std::int64_t made_s, std::vector<keys::KeyView>& came);
  std::string put(keys::FoundKey key, const std::string& file, std::vector<keys::KeyView>& came);
  void note(const std::string& who, const char* action, const std::vector<keys::KeyView>& keys, const std::string& why);
  void look();
  void take_file(const std::string& path);

  mutable std::mutex mutex_;
  openssl::Digests digests_;
  openssl::KeyMaker maker_;
  keys::Vault vault_{digests_};
  AuditLog& audit_;
  Clock clock_;
  std::optional<keyfiles::Folder> folder_;
  std::string folder_problem_;
  std::map<std::string, std::string> refused_;  // files of the folder, and why
};

}  // namespace pellucid::app
