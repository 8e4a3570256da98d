// Revisions: the history of policies as it stands on disk beside their texts. Read and written by Policies.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pellucid::app {

inline constexpr std::size_t kMaxRevisions = 1000;  // the oldest goes

struct Revision {
  std::uint64_t generation = 0;
  std::uint64_t time_s = 0;  // since 1970
  std::string kind;          // first, apply, rollback, expired
  std::string author;
  std::string message;
  std::string file;      // what the author's text was called
  std::uint64_t of = 0;  // rollback, expired: the generation whose text it is
  std::uint64_t bytes = 0;
};

struct Pending {
  std::uint64_t previous = 0;    // what comes back
  std::uint64_t deadline_s = 0;  // since 1970
};

struct Revisions {
  std::vector<Revision> list;  // oldest first, generations ascend
  std::optional<Pending> pending;
};

std::string write_revisions(const Revisions& revisions);
// False: the text is torn, or not ours.
bool read_revisions(std::string_view text, Revisions& revisions);

}  // namespace pellucid::app
