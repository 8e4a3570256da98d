// Register: the authority set in force and the grants that are known, kept on a Shelf so that no restart and no second import
// adds authority. What is signed stays as text on the shelf; whoever owns the register opens it again after a restart. One
// thread owns it; each change is on the disk before it counts.
#pragma once
#include <map>
#include <memory>

#include "lib/base/shelf.h"
#include "lib/keys/judge.h"
#include "lib/keys/ledger.h"

namespace pellucid::keys {

// Signed texts, opened by whoever reads YAML and CMS.
struct SetFile {
  AuthoritySet set;
  Signed document;     // judged by the authorities that decide: its own for the first set, else those of the set in force
  std::string text;    // as it was signed
  std::string digest;  // SHA-256 of the content
};
struct GrantFile {
  Grant grant;
  Signed document;  // judged by the set in force
  std::string text;
  std::string digest;
};

class Register {
 public:
  static constexpr std::int64_t kMaxUnnoted = 60;  // seconds that the clock may go on before that is written
  static constexpr std::int64_t kBack = 1;         // seconds that it may step back

  Register(Shelf& shelf, std::string appliance) : shelf_(shelf), appliance_(std::move(appliance)) {}

  // Reads what is on the shelf. `least_writes`: what somebody else remembers of Ledger::writes, 0 if nobody does. False:
  // nothing is to be opened; one line in `problem`.
  bool open(std::uint64_t least_writes, std::string& problem);
  const Ledger& ledger() const noexcept { return ledger_; }
  // After a restart: the texts that are in force, and what their owner made of them.
  bool read_set(std::string& text, std::string& problem) {
    return shelf_.read(set_name(ledger_.set), kMaxSigned, text, problem);
  }
  bool read_grant(const Entry& entry, std::string& text, std::string& problem) {
    return shelf_.read(grant_name(entry.digest), kMaxSigned, text, problem);
  }
  bool resume_set(SetFile file, std::string& problem);
  bool resume_grant(GrantFile file, std::string& problem);

  // The first set pins itself, each later one needs the quorum of the one before; all grants are to be resumed then.
  bool import_set(SetFile file, std::string& problem);
  bool import_grant(GrantFile file, std::int64_t now_s, std::string& problem);
  // For good, also of an id that is not known yet.
  bool revoke(const std::string& id, Revocation revocation, std::string& problem);

  // Whether this clock can be trusted: not where it is behind what was seen before.
  Clock note(std::int64_t now_s);
  // Takes a slice out of a grant's quota, written down before it may be used; less than wanted where less is left, nothing
  // where it cannot be written.
  Quota reserve(const std::string& id, Quota wanted, std::string& problem);

  const AuthoritySet* set() const noexcept { return set_ == nullptr ? nullptr : &set_->set; }
  const Judge* judge(const std::string& id) const noexcept;  // null: not known, or not signed as the set in force wants
  const GrantFile* grant(const std::string& id) const noexcept;
  // `left`: of the quota, what no slice was made of yet; whoever holds slices adds what remains of them.
  Standing standing(const std::string& id, std::int64_t now_s, Clock clock) const noexcept;

 private:
  struct Holding {
    GrantFile file;
    Judge judge;
    Holding(GrantFile f, const AuthoritySet& set) : file(std::move(f)), judge(file.grant, set, quorum_of(file.document)) {}
  };
  static std::string set_name(const std::string& digest) { return "set-" + digest; }
  static std::string grant_name(const std::string& digest) { return "grant-" + digest; }
  Entry* entry(const std::string& id) noexcept;
  const Entry* entry(const std::string& id) const noexcept;
  bool write(const Ledger& next, std::string& problem);
  bool make_room(Ledger& next, std::int64_t now_s, std::string& problem) const;
  std::string refusal_of(const GrantFile& file) const;
  void hold(GrantFile file);
  void sweep();  // texts that are in force no more

  Shelf& shelf_;
  std::string appliance_;
  Ledger ledger_;
  std::int64_t latest_s_ = 0;  // as Ledger::latest_s, which follows in steps
  std::unique_ptr<const SetFile> set_;
  std::map<std::string, std::unique_ptr<const Holding>> held_;
};

}  // namespace pellucid::keys
