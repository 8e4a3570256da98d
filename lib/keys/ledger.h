// Ledger: what of grants must outlive a restart so that none adds authority: which there were, how much of their quotas is
// given away, what is revoked. A value that a Register keeps on a Shelf as text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/keys/grant.h"

namespace pellucid::keys {

inline constexpr std::size_t kMaxGrants = 256;      // known at once
inline constexpr std::size_t kMaxRevoked = 1'000;   // ids that are revoked and belong to no known grant
inline constexpr std::size_t kMaxWhy = 256;         // octets of the reason of a revocation
inline constexpr std::size_t kMaxLedger = 1 << 20;  // octets of its text; holds by the other limits

struct Revocation {
  std::int64_t when_s = 0;  // 0: it is not revoked
  std::string why;
};

struct Entry {
  std::string id;
  std::string digest;  // of what was signed: another text never goes by this id
  std::int64_t not_after_s = 0;
  Quota given{0, 0};  // away for use, counted whether it was used or not
  Revocation revocation;
};

struct Ledger {
  std::uint64_t writes = 0;      // how often it was written: an old copy has a smaller one
  std::int64_t latest_s = 0;     // the latest time that a sure clock has shown
  std::string set;               // digest of the authority set in force; empty: none is pinned
  std::uint64_t generation = 0;  // … and its generation
  std::vector<Entry> grants;
  std::vector<std::pair<std::string, Revocation>> revoked;  // ids of no known grant
};

bool good_id(std::string_view id) noexcept;  // as the schema of grants has it

std::string write_ledger(const Ledger& ledger);
// False: it is torn, changed or not ours.
bool read_ledger(std::string_view text, Ledger& ledger);

}  // namespace pellucid::keys
