// AuthoritySet: whose signatures count, how many are needed and what they may allow at most. Read from a signed document;
// immutable then, any thread.
#pragma once
#include "lib/base/tree.h"
#include "lib/keys/cms.h"

namespace pellucid::keys {

inline constexpr std::size_t kMaxAuthorities = 64;
inline constexpr std::size_t kMaxRecipients = 64;  // of a set or a grant

enum class Rule : std::uint8_t { refused, allowed };

struct AuthoritySet {
  std::string id;
  std::uint64_t generation = 0;  // a later set has a greater one
  std::vector<Certificate> authorities;
  unsigned sign = 0;  // how many of them a grant needs, and the next set
  unsigned lift = 0;  // … a grant that lifts a protection: `override`
  std::int64_t max_grant_days = 90;
  std::int64_t max_static_key_days = 7;
  Rule annex_a = Rule::refused;           // opening without a visibility entry (TS 103 523-3, annex A)
  Rule software_custody = Rule::refused;  // private keys in this machine's memory
  std::vector<Certificate> recipients;    // of content; empty: whomever a grant names
};

// A tree that fits the schema of authority sets. False: the fault says what is wrong and where.
bool read_authorities(const Tree& tree, Cms& cms, AuthoritySet& set, Fault& fault);

// Whether a set may follow another: empty, or why not. `document`: the new set's, judged by the authorities of the old one.
std::string refuse_successor(const AuthoritySet& before, const AuthoritySet& after, const Signed& document);
// … whether it may be the first: `document` judged by its own authorities.
std::string refuse_first(const AuthoritySet& set, const Signed& document);

}  // namespace pellucid::keys
