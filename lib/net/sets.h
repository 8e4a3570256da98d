// Sets: sets of rules, each kept once and named by a number: a short one as a list, a long one as a bitmap, so that none costs
// more than a bit a rule. Filled while a Program is built, immutable then: any thread.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace pellucid::net {

using RuleAt = std::uint16_t;          // a bit in every set of a program
using SetAt = std::uint32_t;           // 0: the empty set
inline constexpr unsigned kWord = 64;  // rules a word of a bitmap

class Sets {
 public:
  explicit Sets(unsigned words) : words_(words), ends_{0} {}

  // `sorted` has no rule twice.
  SetAt keep(const std::vector<RuleAt>& sorted) {
    if (sorted.empty()) return 0;
    const std::string content(reinterpret_cast<const char*>(sorted.data()), sorted.size() * sizeof(RuleAt));
    const auto [at, fresh] = known_.try_emplace(content, static_cast<SetAt>(ends_.size()));
    if (!fresh) return at->second;
    if (sorted.size() > words_ * 4) {  // then the list would be the longer one
      ends_.push_back(ends_.back() | kDense);
      std::vector<std::uint64_t> bits(words_);
      for (const RuleAt r : sorted) bits[r / kWord] |= std::uint64_t{1} << r % kWord;
      dense_at_.resize(ends_.size());
      dense_at_.back() = static_cast<std::uint32_t>(dense_.size());
      dense_.insert(dense_.end(), bits.begin(), bits.end());
    } else {
      lists_.insert(lists_.end(), sorted.begin(), sorted.end());
      ends_.push_back(static_cast<std::uint32_t>(lists_.size()));
    }
    return at->second;
  }
  void built() { known_ = {}; }  // nothing more will be kept

  // Sets the bits of a set's rules.
  void mark(SetAt set, std::uint64_t* bits) const noexcept {
    if (set == 0) return;
    if ((ends_[set] & kDense) != 0) {
      const std::uint64_t* const from = dense_.data() + dense_at_[set];
      for (unsigned w = 0; w < words_; ++w) bits[w] |= from[w];
      return;
    }
    for (std::uint32_t i = ends_[set - 1] & ~kDense; i < ends_[set]; ++i) {
      bits[lists_[i] / kWord] |= std::uint64_t{1} << lists_[i] % kWord;
    }
  }

 private:
  static constexpr std::uint32_t kDense = 1u << 31;

  unsigned words_;
  std::vector<std::uint32_t> ends_;      // of each set in lists_; a dense one ends where it begins
  std::vector<std::uint32_t> dense_at_;  // … in dense_
  std::vector<RuleAt> lists_;
  std::vector<std::uint64_t> dense_;
  std::unordered_map<std::string, SetAt> known_;
};

}  // namespace pellucid::net
