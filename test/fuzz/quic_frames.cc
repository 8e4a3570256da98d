// Payloads of first packets, as both kinds of versions write them: pieces lie within, and the walk ends.
#include "lib/base/check.h"
#include "lib/quic/frames.h"

using namespace pellucid;
using namespace pellucid::quic;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes payload(data, size);
  for (const Frame how : {Frame::ietf, Frame::google}) {
    Frames frames(payload, how);
    std::size_t n = 0;
    for (Crypto c; frames.next(c); ++n) {
      CHECK(c.data.empty() || (c.data.data() > data && c.data.data() + c.data.size() <= data + size));
      CHECK(c.offset < std::uint64_t{1} << 62);
    }
    CHECK(n <= size / 3);
    Crypto c;
    CHECK(!frames.next(c));
  }
  return 0;
}
