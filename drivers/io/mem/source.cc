#include "drivers/io/mem/source.h"

#include "lib/base/check.h"

#include <algorithm>

namespace pellucid::io {
namespace {

constexpr std::uint8_t kSpoiled = 0xdd;

}  // namespace

MemSource::MemSource(const std::vector<MemFrame>& frames, const MemOptions& options) : options_(options) {
  CHECK(options.repeat > 0 && options.burst > 0 && options.burst <= net::kBurst);
  for (const MemFrame& f : frames) {
    const auto len = static_cast<std::uint32_t>(f.bytes.size());
    items_.push_back({bytes_.size(), f.ts_ns, len, std::max(len, f.wire_len), f.iface, f.link});
    bytes_.insert(bytes_.end(), f.bytes.begin(), f.bytes.end());
  }
  if (frames.empty()) return;
  const std::uint64_t first = frames.front().ts_ns;
  const std::uint64_t last = frames.back().ts_ns;
  span_ns_ = (last > first ? last - first : 0) + kGapNs;
}
MemSource::~MemSource() { spoil(); }

bool MemSource::pull(net::Burst& burst) noexcept {
  burst.n = 0;
  if (next_ == items_.size()) {
    next_ = 0;
    ++pass_;
  }
  if (items_.empty() || pass_ == options_.repeat) {
    next_ = items_.size();
    pass_ = options_.repeat - 1;
    spoil();
    return false;
  }
  const std::uint64_t shift_ns = pass_ * span_ns_;
  while (burst.n < options_.burst && next_ < items_.size()) {
    const Item& item = items_[next_++];
    net::Row& row = burst.row[burst.n++];
    row.frame = bytes_.data() + item.at;
    row.ts_ns = item.ts_ns + shift_ns;
    row.len = item.len;
    row.wire_len = item.wire_len;
    row.iface = item.iface;
    row.frames = 1;
    row.link = item.link;
    row.flags = item.wire_len > item.len ? net::kRowShort : std::uint8_t{0};
  }
  if (options_.keep == Keep::burst) copy_frames(burst);
  return true;
}

void MemSource::copy_frames(net::Burst& burst) {
  spoil();
  for (std::uint32_t i = 0; i < burst.n; ++i) lent_size_ += burst.row[i].len;
  lent_ = std::make_unique<std::uint8_t[]>(lent_size_);
  std::uint8_t* to = lent_.get();
  for (std::uint32_t i = 0; i < burst.n; ++i) {
    net::Row& row = burst.row[i];
    std::copy_n(row.frame, row.len, to);
    row.frame = to;
    to += row.len;
  }
}

void MemSource::spoil() noexcept {
  std::fill_n(lent_.get(), lent_size_, kSpoiled);
  lent_.reset();
  lent_size_ = 0;
}

}  // namespace pellucid::io
