// DNS over TCP: the input is a sequence of pieces and gaps of both directions, each behind one octet that says which and how
// long.
#include <algorithm>

#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/dns/stream.h"

namespace {

using namespace pellucid;

constexpr std::uint32_t kChunks = 24;
constexpr unsigned kMaxEvents = 256;

// Feeds one piece. False: the session is over.
bool piece(dns::Session& s, Dir dir, Bytes bytes, dns::Room& room) {
  for (unsigned turns = 0;; ++turns) {
    CHECK(turns < kMaxEvents);
    const dns::Fed fed = dns::feed(s, dir, bytes, room);
    CHECK(fed.used <= bytes.size() && fed.message.size() <= dns::kMaxKept);
    bytes = bytes.subspan(fed.used);
    if (fed.event == dns::Event::failed) return false;
    if (fed.event == dns::Event::more) {
      CHECK(bytes.empty());
      return true;
    }
    CHECK(fed.cut != 0 || fed.message.size() >= dns::kHeaderSize);
    dns::Glance glance;
    static_cast<void>(dns::glance(fed.message, glance));
  }
}

// Whether a stream's beginning can be DNS is settled within a bounded number of bytes, and more bytes never make a `no` a
// `yes`.
void check_probe(Bytes bytes) {
  for (const dns::Ports ports : {dns::Ports{1, 53}, dns::Ports{1, 2}}) {
    Probe last = Probe::unsure;
    for (std::size_t n = 0; n <= std::min(bytes.size(), dns::kMaxUnsure + 8); ++n) {
      const Probe now = dns::probe_stream(bytes.first(n), ports);
      CHECK(last != Probe::no || now == Probe::no);
      CHECK(now != Probe::unsure || n < dns::kMaxUnsure);
      last = now;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Spools spools(kChunks);
  static std::uint8_t scratch[dns::kMaxKept];
  check_probe({data, std::min<std::size_t>(size, 400)});
  dns::Room room{spools, scratch};
  dns::Session session{};
  dns::reset(session);
  Cursor in({data, size});
  while (in.left() > 0) {
    const std::uint8_t what = in.u8();
    const Dir dir = (what & 0x80) != 0 ? Dir::down : Dir::up;
    const std::size_t length = static_cast<std::size_t>(what & 0x3f) * ((what & 0x40) != 0 ? 1 : 4);
    if ((what & 0x40) != 0) {
      dns::lost(session, dir, length, spools);
    } else if (!piece(session, dir, in.take(std::min(length, in.left())), room)) {
      break;
    }
  }
  dns::drop(session, spools);
  CHECK(spools.live_chunks() == 0);
  return 0;
}
