#include "lib/export/outlet.h"

#include <algorithm>

namespace pellucid::exporter {
namespace {

std::uint64_t lines_in(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

// The first lines of a text, up to `most` octets; where the first line is longer, that line.
std::size_t whole_lines(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text.size();
  std::size_t end = text.rfind('\n', most - 1);
  if (end == std::string_view::npos) end = text.find('\n', most);
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace

void Outlet::offer(std::string_view lines) noexcept {
  while (!lines.empty()) {
    const std::size_t size = whole_lines(lines, kChunk);
    put(lines.substr(0, size));
    lines.remove_prefix(size);
  }
}

// Counted before it is handed over: a reader of the counts must never see more lines written than offered.
void Outlet::put(std::string_view chunk) noexcept {
  const MutBytes room = ring_.reserve(chunk.size());
  if (room.empty()) {
    refused_.at(blame_.load(std::memory_order_relaxed)).add(lines_in(chunk));
    return;
  }
  std::copy(chunk.begin(), chunk.end(), room.begin());
  accepted_.add(lines_in(chunk));
  ring_.commit();
}

std::string_view Outlet::front() noexcept {
  if (message_.empty()) message_ = as_text(ring_.read());
  return message_.substr(at_);
}

void Outlet::taken(std::size_t bytes) noexcept {
  CHECK(bytes <= message_.size() - at_);
  const std::string_view part = message_.substr(at_, bytes);
  at_ += bytes;
  if (const std::size_t end = part.rfind('\n'); end != std::string_view::npos) {
    const std::size_t whole = at_ - bytes + end + 1;
    written_.add(lines_in(part));
    written_bytes_.add(whole - whole_);
    whole_ = whole;
  }
  if (at_ == message_.size() && at_ != 0) next();
}

void Outlet::next() noexcept {
  message_ = {};
  at_ = whole_ = 0;
  ring_.release();
}

void Outlet::drop_rest(Loss loss) noexcept {
  for (std::string_view rest = front(); !rest.empty(); rest = front()) {
    lost_.at(loss).add(lines_in(rest));
    next();
  }
}

// In the order in which a line moves on, backwards: a line that moves meanwhile is seen earlier on its way, never twice.
OutletCounts Outlet::counts() const noexcept {
  OutletCounts c;
  std::uint64_t gone = c.written = written_.value();
  for (unsigned i = 0; i < kLosses; ++i) gone += c.dropped[i] = lost_.value(i);
  c.written_bytes = written_bytes_.value();
  c.queued_bytes = ring_.used_bytes();
  c.capacity_bytes = ring_.bytes();
  c.offered = std::max(accepted_.value(), gone);
  c.queued = c.offered - gone;
  for (unsigned i = 0; i < kLosses; ++i) {
    const std::uint64_t refused = refused_.value(i);
    c.dropped[i] += refused;
    c.offered += refused;
  }
  return c;
}

}  // namespace pellucid::exporter
