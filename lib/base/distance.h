// distance: how many letters have to be changed, put in or left out to make one word of another (Levenshtein's), so that an
// operator can be told what was probably meant. Any thread; it allocates.
#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

namespace pellucid {

inline unsigned distance(std::string_view a, std::string_view b) {
  std::vector<unsigned> row(b.size() + 1);
  for (unsigned j = 0; j <= b.size(); ++j) row[j] = j;
  for (unsigned i = 1; i <= a.size(); ++i) {
    unsigned before = row[0];
    row[0] = i;
    for (unsigned j = 1; j <= b.size(); ++j) {
      const unsigned swap = before + (a[i - 1] == b[j - 1] ? 0 : 1);
      before = row[j];
      row[j] = std::min({swap, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace pellucid
