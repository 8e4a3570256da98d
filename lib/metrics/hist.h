// Hist: a histogram in powers of two. One writer, the thread that owns it; any thread may read it.
#pragma once
#include <bit>

#include "lib/metrics/counter.h"

namespace pellucid::metrics {

class Hist {
 public:
  static constexpr unsigned kBuckets = 65;  // bucket 0 holds zero, bucket i holds [2^(i-1), 2^i)

  void add(std::uint64_t v) noexcept {
    bucket_[std::bit_width(v)].inc();
    sum_.add(v);
  }
  std::uint64_t bucket(unsigned i) const noexcept {
    DCHECK(i < kBuckets);
    return bucket_[i].value();
  }
  static constexpr std::uint64_t upper(unsigned i) noexcept {  // the largest value that bucket i holds
    return i >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << i) - 1;
  }
  std::uint64_t sum() const noexcept { return sum_.value(); }
  std::uint64_t count() const noexcept {
    std::uint64_t n = 0;
    for (const Counter& c : bucket_) n += c.value();
    return n;
  }
  // The upper end of the bucket below which `percent` of all values lie; 0 where there are none.
  std::uint64_t percentile(unsigned percent) const noexcept {
    const std::uint64_t n = count();
    if (n == 0) return 0;
    const std::uint64_t rank = n / 100 * percent + (n % 100 * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (unsigned i = 0; i < kBuckets; ++i) {
      seen += bucket_[i].value();
      if (seen != 0 && seen >= rank) return upper(i);
    }
    return upper(kBuckets - 1);
  }

 private:
  Counter bucket_[kBuckets];
  Counter sum_;
};

}  // namespace pellucid::metrics
