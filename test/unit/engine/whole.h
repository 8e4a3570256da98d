// Whole: what tests of the whole path share: a capture in memory as a source, an inspector that decides by the first octets,
// and a sink that judges each line. One thread owns them.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "lib/engine/lone.h"
#include "lib/metrics/law.h"
#include "lib/net/pcap.h"
#include "test/unit/export/json_check.h"

namespace pellucid::test {

// A capture's octets. A burst's frames are a copy that is gone at the next pull, so that whoever holds them for longer is seen.
class CaptureBytes final : public engine::Source {
 public:
  explicit CaptureBytes(Bytes capture) : unread_(capture), reader_(std::make_unique<net::PcapReader>()) {
    good_ = reader_->begin(unread_) == Err::none;
  }
  bool pull(net::Burst& burst) noexcept override {
    burst.n = 0;
    good_ = good_ && reader_->read(unread_, burst) == Err::none;  // a full burst; what an error left is still to be read
    std::size_t size = 0;
    for (unsigned i = 0; i < burst.n; ++i) size += burst.row[i].len;
    lent_ = std::make_unique<std::uint8_t[]>(size);
    std::uint8_t* to = lent_.get();
    for (unsigned i = 0; i < burst.n; ++i) {
      net::Row& row = burst.row[i];
      std::copy_n(row.frame, row.len, to);
      row.frame = to;
      to += row.len;
    }
    return burst.n != 0;
  }

 private:
  Bytes unread_;
  std::unique_ptr<net::PcapReader> reader_;
  std::unique_ptr<std::uint8_t[]> lent_;
  bool good_;
};

// Keeps a count for each flow and decides after as many packets as the first packet's length says, or never.
class CountingDpi final : public classify::Dpi {
 public:
  static constexpr std::uint32_t kFlows = 16;

  void inspect(classify::DpiJob* jobs, unsigned n) noexcept override {
    for (unsigned k = 0; k < n; ++k) {
      classify::DpiJob& job = jobs[k];
      job.decided = false;
      unsigned before = k;
      while (before > 0 && jobs[before - 1].flow != job.flow) --before;
      if (before > 0) job.handle = jobs[before - 1].handle;
      if (before > 0 && job.handle == kNone) continue;
      look(job);
    }
  }
  classify::Label give_up(std::uint32_t handle) noexcept override {
    if (!give_back(handle)) return {};
    ++stats_.gave_up;
    return {3, 3, 1, classify::Confidence::match_by_port, classify::By::ndpi};
  }
  void drop(std::uint32_t handle) noexcept override { stats_.dropped += give_back(handle) ? 1 : 0; }
  classify::Label name(const classify::NameAsk& ask) noexcept override {
    const auto app = static_cast<std::uint16_t>(ask.name.empty() ? ask.master : 200 + ask.name.size());
    return {ask.master, app, 5, classify::Confidence::dpi, ask.name.empty() ? classify::By::parser : classify::By::name};
  }
  classify::Label guess(const net::Key& key, classify::Source) noexcept override {
    return {key.port_a, key.port_a, 0, classify::Confidence::match_by_port, classify::By::ndpi};
  }
  std::uint64_t arena_full() const noexcept override { return 0; }
  classify::DpiStats stats() const noexcept override {
    classify::DpiStats now = stats_;
    now.live = talks_.live();
    return now;
  }

 private:
  struct Talk {
    std::uint32_t left;
    std::uint32_t generation;  // odd: live
  };

  // Which of kFlows, and how often it was used: a handle that was given back is known for one.
  Talk* find(std::uint32_t handle) noexcept {
    if (handle == kNone || !claimed_[handle % kFlows]) return nullptr;
    Talk& t = talks_[handle % kFlows];
    return (t.generation & 1) != 0 && t.generation == handle / kFlows ? &t : nullptr;
  }
  bool give_back(std::uint32_t handle) noexcept {
    Talk* t = find(handle);
    if (t == nullptr) return false;
    ++t->generation;
    talks_.drop(handle % kFlows);
    return true;
  }
  void begin(classify::DpiJob& job) noexcept {
    const std::uint32_t i = talks_.claim();
    if (i == kNone) {
      ++stats_.pool_full;
      return;
    }
    if (!claimed_[i]) talks_[i].generation = 0;
    claimed_[i] = true;
    ++talks_[i].generation;
    talks_[i].left = static_cast<std::uint32_t>(job.packet.size() % 16);
    job.handle = i + kFlows * talks_[i].generation;
    ++stats_.flows;
  }
  void look(classify::DpiJob& job) noexcept {
    if (job.handle == kNone) begin(job);
    Talk* t = find(job.handle);
    CHECK(t != nullptr || job.handle == kNone);
    if (t == nullptr) return;
    ++stats_.packets;
    if (t->left-- != 0) return;
    static_cast<void>(give_back(job.handle));
    ++stats_.decided;
    job.handle = kNone;
    job.decided = true;
    job.label = {77, 78, 2, classify::Confidence::dpi, classify::By::ndpi};
  }

  Slab<Talk> talks_{kFlows};
  bool claimed_[kFlows] = {};
  classify::DpiStats stats_{};
};

// CHECKs that every line is one JSON object in valid UTF-8. From the write number `fails_at` on it fails, as a full disk does.
class JudgeSink final : public exporter::Sink {
 public:
  explicit JudgeSink(std::uint64_t fails_at = ~std::uint64_t{0}) : fails_at_(fails_at) {}

  bool write(std::string_view lines) noexcept override {
    if (writes_++ >= fails_at_) return false;
    CHECK(lines.ends_with('\n'));
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      judge(line);
      lines.remove_prefix(line.size() + 1);
      ++lines_;
    }
    return true;
  }
  bool flush() noexcept override { return true; }
  bool closed() const noexcept override { return false; }
  std::string failure() const override { return {}; }
  std::uint64_t lines() const noexcept { return lines_; }
  std::uint64_t writes() const noexcept { return writes_; }

 private:
  static void judge(std::string_view line) {
    CHECK(line.starts_with('{') && fuzz::walk(line, 0) == line.size());
    if (std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return;
    std::size_t meant = 0;  // a replacement that the text itself has, against one that decoding had to make
    for (std::size_t at = line.find("\xef\xbf\xbd"); at != line.npos; at = line.find("\xef\xbf\xbd", at + 3)) ++meant;
    const std::vector<std::uint32_t> points = fuzz::decode(line);
    CHECK(static_cast<std::size_t>(std::ranges::count(points, fuzz::kReplaced)) == meant);
  }

  std::uint64_t fails_at_;
  std::uint64_t writes_ = 0;
  std::uint64_t lines_ = 0;
};

// What a worker still holds; nothing, once all flows have ended.
inline std::uint64_t held(const engine::State& s) {
  return std::uint64_t{s.table.live()} + s.age.size() + s.streams.live() + s.streams.live_segments() + s.spools.live_chunks() +
         s.tls.live() + s.quic.live() + s.quic_rooms.live() + s.http.live() + s.dns.live() + s.candidates.live() +
         s.layers.live() + s.names.live() + s.job_count + (s.dpi != nullptr ? s.dpi->stats().live : 0);
}

}  // namespace pellucid::test
