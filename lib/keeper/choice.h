// Choice: among all grants the one that a session is opened under, and how much of its quota a session gets at once. What holds
// for grants of files and for those of the daemon alike. The keeper's thread.
#pragma once
#include "lib/keys/judge.h"

namespace pellucid::keeper {

inline constexpr std::uint64_t kFirstShare = 64u << 10;  // octets of a quota that a session begins with
inline constexpr std::uint64_t kMaxShare = 64u << 20;    // … and gets at once later, when it needs many

// Whether this grant opens the session: its judge, whether keys may lie in this machine's memory at all, and for how long a
// static one may be in use.
keys::Reason opens(const keys::Judge& judge, const keys::AuthoritySet& set, const keys::Session& session,
                   const keys::Standing& standing) noexcept;

class Choice {
 public:
  Choice(const keys::Session& session, const keys::AuthoritySet& set) : session_(session), set_(set) {}

  // Asks one grant more. True: it is this one, and the terms say how far it goes.
  bool takes(const keys::Grant& grant, const keys::Judge& judge, const keys::Standing& standing, keys::Terms& terms);
  // Where none did, the reason is that of the grant which came closest: one that means this session, if there is one.
  keys::Reason reason() const noexcept { return closest_; }

 private:
  const keys::Session& session_;
  const keys::AuthoritySet& set_;
  keys::Reason closest_ = keys::Reason::no_grant;
};

// Octets that a session is given next, out of what is left of a quota: each time as much as it had.
std::uint64_t next_share(const keys::Terms& terms, std::uint64_t left) noexcept;

}  // namespace pellucid::keeper
