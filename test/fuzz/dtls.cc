// Datagrams of DTLS in both directions, whatever they hold: what is kept stays within its limits, and everything is given back.
#include <memory>

#include "lib/tls/dtls.h"

using namespace pellucid;
using namespace pellucid::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Spools spools(512);
  static const auto scratch = std::make_unique<std::uint8_t[]>(kScratch);
  static const auto late = std::make_unique<std::uint8_t[]>(kMaxLate);
  Room room{spools, {scratch.get(), kScratch}};
  Session s;
  Dtls d;
  reset(s);
  reset(d);
  // Each datagram: one octet of direction, two of length, the bytes.
  for (Cursor in(Bytes(data, size)); in.left() >= 3;) {
    const Dir dir = (in.u8() & 1) == 0 ? Dir::up : Dir::down;
    const Bytes datagram = in.take(std::min<std::size_t>(in.u16(), in.left()));
    static_cast<void>(probe_dtls(datagram));
    static_cast<void>(feed(d, s, dir, datagram, {room, {late.get(), kMaxLate}}));
    for (const DtlsSide& side : d.side) CHECK(side.late.size <= kMaxLate && side.hello.size <= kMaxHello);
  }
  CHECK(s.client_hello.size <= kMaxHello && s.server_hello.size <= kMaxHello && s.certificates.size <= kScratch);
  drop(s, spools);
  drop(d, spools);
  CHECK(spools.live_chunks() == 0);
  return 0;
}
