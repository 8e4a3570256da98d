// Leaves: the digests that stand under the roots of an audit log, in lines of their own beside it: with them anyone shows that
// a record stands there, by a path of hashes. Plain functions, and a search; one thread.
#pragma once
#include <optional>
#include <string>

#include "lib/audit/merkle.h"

namespace pellucid::audit {

inline constexpr std::size_t kMaxLineLeaves = 512;   // digests in a line; more go on in the next one
inline constexpr std::size_t kMaxLeafLine = 40'000;  // octets of such a line

struct LeafLine {
  std::uint64_t seq = 0;    // of the entry whose root stands for them
  std::uint64_t first = 0;  // which leaf of its tree the first one is
  std::vector<Hash> leaves;
};

std::string write_leaves(const LeafLine& line);
// False: this is no line of ours.
bool read_leaves(std::string_view text, LeafLine& line);

// A leaf with its tree, looked for in lines of leaves. A tree that was begun and begun anew counts as it was written last.
class LeafSearch {
 public:
  struct Found {
    std::uint64_t seq;
    std::size_t which;
    std::vector<Hash> leaves;  // all of its tree
  };

  explicit LeafSearch(const Hash& leaf) : leaf_(leaf) {}
  void take(std::string_view line);
  std::optional<Found> end();

 private:
  void keep();

  Hash leaf_;
  std::uint64_t seq_ = 0;
  std::vector<Hash> tree_;
  std::optional<std::size_t> which_;
  std::optional<Found> found_;
};

}  // namespace pellucid::audit
