// Grants: the authority set in force and the grants that the daemon knows, as the control API asks for and changes them. Owned
// by the daemon's world; callers come one at a time, under its mutex.
#pragma once
#include <mutex>
#include <optional>

#include "app/authority.h"
#include "lib/keys/register.h"

namespace pellucid::app {

struct GrantView {
  keys::Entry entry;
  std::optional<OpenedGrant> opened;  // none: what is on disk gives no right
  keys::Standing standing;
  keys::Reason reason = keys::Reason::no_grant;  // why it opens nothing now; none: it does
};

class Grants {
 public:
  enum class Refusal : std::uint8_t { none, invalid, denied, missing, failed };
  struct Result {
    Refusal refusal = Refusal::none;
    std::string problem;
    std::string id;
  };
  struct Upload {  // a signed file, in PEM or DER
    std::string text;
    std::string file;  // what the caller calls it
  };
  using Clock = std::uint64_t (*)();  // seconds since 1970

  Grants(Shelf& shelf, std::string appliance, Clock clock) : register_(shelf, std::move(appliance)), clock_(clock) {}

  // Reads what is on disk. Whatever is wrong with it, the daemon runs: without grants nothing is opened, and problems() says
  // why. `least_writes`: as Register::open wants it.
  void start(std::uint64_t least_writes);
  Result import_set(const Upload& upload);
  Result import_grant(const Upload& upload);
  Result revoke(const std::string& id, const std::string& why);

  std::optional<OpenedSet> set() const;
  struct Mark {                // what is remembered outside of the state of grants
    std::string set;           // SHA-256 of the authority set in force, in hexadecimal; empty: there is none
    std::uint64_t writes = 0;  // of the ledger
  };
  Mark mark() const;
  struct Outlook {        // whether any session could be opened now
    std::string problem;  // why not, a sentence; empty: it could, as far as grants go
    std::string set;      // SHA-256 of the authority set; empty: none is pinned
    std::uint64_t generation = 0;
    unsigned live = 0;                                       // grants
    std::vector<std::pair<std::string, std::int64_t>> ends;  // of all that are known, by id: seconds since 1970
  };
  Outlook outlook();
  std::vector<GrantView> list();
  std::optional<GrantView> find(const std::string& id);
  // What the keeper asks of the register while nobody else does. Where it could not be read, there are no grants in it.
  template <class Act>
  auto with(Act&& act) {
    const std::scoped_lock lock(mutex_);
    return act(register_);
  }
  // Of a grant, now; the caller is within with().
  keys::Standing standing(keys::Register& reg, const std::string& id) const { return reg.standing(id, now(), reg.note(now())); }
  std::vector<std::string> problems() const;  // a sentence each
  void tick();                                // once a second: how late it is is remembered, so that a clock set back is seen

 private:
  std::int64_t now() const { return static_cast<std::int64_t>(clock_()); }
  bool resume(std::string& problem);
  void resume_grants();
  bool usable(Result& result) const;
  GrantView view(const keys::Entry& entry);

  mutable std::mutex mutex_;
  keys::Register register_;
  Clock clock_;
  bool open_ = false;
  std::optional<OpenedSet> set_;
  std::vector<std::string> problems_;
};

}  // namespace pellucid::app
