// Authority sets and grants from the files that operators sign: opened, read, and judged at a moment. Called by control threads
// and verbs; it allocates and takes milliseconds.
#pragma once
#include <string>

#include "lib/keys/judge.h"

namespace pellucid::app {

struct OpenedSet {
  keys::AuthoritySet set;
  keys::Signed document;  // judged by the set's own authorities
  std::string digest;     // SHA-256 of the signed content, in hexadecimal
};

struct OpenedGrant {
  keys::Grant grant;
  keys::Signed document;  // judged by the authorities of the set that was given
  std::string digest;
};

// A text that is no CMS is read too, so that it can be checked before it is signed: nobody has signed it, and so it gives no
// right. False: one line in `problem`, FILE:LINE:COLUMN: what; what to do.
bool open_set(std::string_view text, const std::string& file, std::int64_t now_s, OpenedSet& out, std::string& problem);
// … judged by the authorities of another set, whose turn it is to sign it.
bool judge_set(std::string_view text, const std::string& file, const keys::AuthoritySet& before, std::int64_t now_s,
               OpenedSet& out, std::string& problem);
bool open_grant(std::string_view text, const std::string& file, const keys::AuthoritySet& set, std::int64_t now_s,
                OpenedGrant& out, std::string& problem);

}  // namespace pellucid::app
