// Warrants: who may be read, by whose authority: what the keeper asks before any key is used. Implemented by whoever holds the
// grants; called by the keeper's thread.
#pragma once
#include "lib/keys/judge.h"
#include "lib/keys/terms.h"

namespace pellucid::keeper {

class Warrants {
 public:
  virtual ~Warrants() = default;
  // Whether this session may be opened as far as `session.depth`. none: the terms say under what grant, and how far that goes;
  // where they name a grant already, it is this one that is asked.
  virtual keys::Reason ask(const keys::Session& session, keys::Terms& terms) = 0;
  // The session is to be opened now: its share of the quota is taken, and who wants it is written down for good. Whatever
  // stands against that is the reason.
  // The terms get a first share of the quota in octets, where there is one.
  virtual keys::Reason begin(const keys::Session& session, keys::Terms& terms) = 0;
  // The session needs more octets of its quota: another share, or none where nothing is left.
  virtual void more(keys::Terms& terms) = 0;
  // It is over; what it was given and did not use may go to others.
  virtual void give_back(const keys::Terms& terms, std::uint64_t unused) = 0;
  // Whether what was granted still is: asked again and again while sessions last.
  virtual keys::Reason still(const keys::Terms& terms) = 0;
  virtual bool allows_annex_a() const = 0;  // ETS without a visibility entry (TS 103 523-3, annex A)
};

}  // namespace pellucid::keeper
