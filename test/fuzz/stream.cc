// Streams under any sequence of segments, skips and drops: the laws hold, and what is read is what came first.
// A step is five octets: what, where from the next byte on (two, signed), how long, which content.
#include "lib/flow/stream.h"

#include <map>

#include "lib/base/cursor.h"

namespace pellucid::flow {
namespace {

constexpr Dir kDirs[] = {Dir::up, Dir::down};

class Fuzzed {
 public:
  explicit Fuzzed(std::uint8_t setting, std::uint32_t isn) : streams_(1, setting % 8 == 0 ? 4 : 300), isn_(isn) { begin(); }
  ~Fuzzed() {
    streams_.drop(id_);
    CHECK(streams_.live_segments() == 0 && streams_.stats().held_bytes == 0 && streams_.stats().balanced());
  }
  Fuzzed(const Fuzzed&) = delete;
  Fuzzed& operator=(const Fuzzed&) = delete;

  void step(Cursor& in) {
    const std::uint8_t what = in.u8();
    const auto where = static_cast<std::int16_t>(in.u16());
    const std::uint8_t length = in.u8(), content = in.u8();
    const Dir dir = kDirs[what & 1];
    switch (what >> 1 & 7) {
      case 0:
        return (content & 1) != 0 ? pass(dir, 1u + length * 16u) : skip(dir);
      case 1:
        return what == 0xff ? begin_again() : push(dir, std::int64_t{where} * 2048, length, content);
      case 2:
        return push(dir, std::int64_t{where} * 8, std::size_t{length} * 16, content);
      case 3:
        return push(dir, std::int64_t{where} * 65'536, length, content);  // far away
      default:
        return push(dir, where, length, content);
    }
  }

 private:
  struct Page {  // of what was pushed
    static constexpr std::int64_t kSize = 256;
    std::uint8_t first[kSize];  // the value that came first
    std::uint8_t seen[kSize];   // a bit for each content that came
  };
  struct Byte {
    std::uint8_t& first;
    std::uint8_t& seen;
  };
  Byte byte(Dir dir, std::int64_t at) {
    if (at / Page::kSize != cached_at_[index(dir)]) {
      cached_at_[index(dir)] = at / Page::kSize;
      cached_[index(dir)] = &pages_[index(dir)].try_emplace(at / Page::kSize, Page{}).first->second;
    }
    Page& page = *cached_[index(dir)];
    return {page.first[at % Page::kSize], page.seen[at % Page::kSize]};
  }

  void begin() {
    id_ = streams_.claim();
    CHECK(id_ != kNone);
    for (const Dir d : kDirs) {
      streams_.begin(id_, d, isn_);
      next_[index(d)] = 0;
      pages_[index(d)].clear();
      cached_at_[index(d)] = -1;
    }
    exact_ = true;
  }
  void begin_again() {
    streams_.drop(id_);
    begin();
  }

  static std::uint8_t value(std::int64_t at, unsigned content) { return static_cast<std::uint8_t>(at * 37 + content * 64); }

  void push(Dir dir, std::int64_t offset, std::size_t size, unsigned content) {
    const std::int64_t at = next_[index(dir)] + offset;
    content %= 4;
    std::uint8_t payload[255 * 16];
    for (std::size_t i = 0; i < size; ++i) {
      const std::int64_t place = at + static_cast<std::int64_t>(i);
      payload[i] = value(place, content);
      if (place < next_[index(dir)]) continue;
      const Byte b = byte(dir, place);
      if (b.seen == 0) b.first = payload[i];
      b.seen = static_cast<std::uint8_t>(b.seen | 1u << content);
    }
    const std::uint64_t refused = streams_.stats().refused_bytes;
    const Bytes now = streams_.push(id_, dir, isn_ + static_cast<std::uint32_t>(at), {payload, size});
    if (streams_.stats().refused_bytes != refused) exact_ = false;  // a later copy may take a refused one's place
    CHECK(now.empty() || (now.data() >= payload && now.data() + now.size() <= payload + size));
    passed(dir, now.size());
    read(dir, now.empty() ? streams_.next(id_, dir) : now);
  }
  void pass(Dir dir, std::uint32_t n) {
    if (streams_.passing(id_, dir)) return;
    streams_.pass(id_, dir, n);
    passed(dir, 0);
    read(dir, streams_.next(id_, dir));
  }
  // Bytes that were passed over are nobody's: the model goes on where the stream does, `readable` bytes before its next.
  void passed(Dir dir, std::size_t readable) {
    if (!streams_.passing(id_, dir)) return;
    const std::uint32_t here = isn_ + static_cast<std::uint32_t>(next_[index(dir)]);
    const std::uint32_t next = streams_.next_seq(id_, dir) - static_cast<std::uint32_t>(readable);
    CHECK(static_cast<std::int32_t>(next - here) >= 0);
    next_[index(dir)] += next - here;
    if (readable != 0 || streams_.left_to_pass(id_, dir) == 0) streams_.end_pass(id_, dir);
  }
  void skip(Dir dir) {
    if (streams_.passing(id_, dir)) streams_.end_pass(id_, dir);
    const bool waits = streams_.gapped(id_, dir) || streams_.stuck(id_, dir);
    const std::uint32_t missed = streams_.skip(id_, dir);
    CHECK((missed != 0) == waits);
    next_[index(dir)] += missed;
    read(dir, streams_.next(id_, dir));
  }
  void read(Dir dir, Bytes now) {
    for (; !now.empty(); now = streams_.next(id_, dir)) {
      for (const std::uint8_t b : now) {
        const std::int64_t at = next_[index(dir)]++;
        const Byte known = byte(dir, at);
        const unsigned content = static_cast<std::uint8_t>(b - value(at, 0)) / 64u;
        CHECK(b == value(at, content) && (known.seen >> content & 1) != 0);
        if (exact_) CHECK(b == known.first);
      }
    }
    if (exact_) CHECK(byte(dir, next_[index(dir)]).seen == 0);  // nothing readable is kept back
    CHECK(streams_.next_seq(id_, dir) == isn_ + static_cast<std::uint32_t>(next_[index(dir)]));
    CHECK(streams_.held_bytes(id_) <= Streams::kMaxHeldBytes && streams_.live_segments() <= Streams::kMaxHeldSegments);
    CHECK(streams_.stats().balanced());
  }

  Streams streams_;
  std::uint32_t isn_;
  std::uint32_t id_ = kNone;
  bool exact_ = true;  // nothing was refused: the first copy wins everywhere
  std::int64_t next_[2] = {0, 0};
  std::map<std::int64_t, Page> pages_[2];
  std::int64_t cached_at_[2] = {-1, -1};
  Page* cached_[2] = {};
};

}  // namespace
}  // namespace pellucid::flow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr unsigned kMaxSteps = 200;
  pellucid::Cursor in({data, size});
  const std::uint8_t setting = in.u8();
  pellucid::flow::Fuzzed fuzzed(setting, in.u32());
  for (unsigned i = 0; i < kMaxSteps && in.left() >= 5; ++i) fuzzed.step(in);
  return 0;
}
