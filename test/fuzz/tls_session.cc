// A session fed with anything, cut anywhere, with losses: it never keeps more than its limits, and gives everything back.
#include <memory>

#include "lib/tls/session.h"

using namespace pellucid;
using namespace pellucid::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Spools spools(512);
  static const auto scratch = std::make_unique<std::uint8_t[]>(kScratch);
  Room room{spools, {scratch.get(), kScratch}};
  Session s;
  reset(s);
  unsigned hellos = 0;
  bool over = false;
  // Each utterance: one octet of direction and fate, two of length, the bytes.
  for (Cursor in(Bytes(data, size)); in.left() >= 3;) {
    const std::uint8_t how = in.u8();
    const std::size_t length = std::min<std::size_t>(in.u16(), in.left());
    const Bytes bytes = in.take(length);
    const Dir dir = (how & 1) == 0 ? Dir::up : Dir::down;
    if ((how & 0x0e) == 0x0e) {
      lost(s, dir, spools);
      continue;
    }
    const std::size_t piece = (how & 0x10) != 0 ? 1 + (how >> 5) : bytes.size() + 1;
    for (Bytes left = bytes; !left.empty();) {
      const std::size_t n = std::min(piece, left.size());
      const Step step = feed(s, dir, left.first(n), room);
      left = left.subspan(n);
      CHECK(!over || step == Step::more);
      hellos += step == Step::hello;
      over = over || step == Step::done || step == Step::failed;
    }
  }
  CHECK(hellos <= 1 && over == (s.over != 0));
  CHECK(s.sni_size <= kMaxName && s.offered_size <= kMaxAlpn && s.selected_size <= kMaxAlpn);
  CHECK(s.client_hello.size <= kMaxHello && s.server_hello.size <= kMaxHello && s.hello_retry.size <= kMaxHello);
  CHECK(s.certificates.size <= kScratch && s.client_certificates.size <= kScratch);
  CHECK(s.hello_read || (s.client_hello.size == 0 && s.sni_size == 0));
  CHECK(s.server_read || (s.server_hello.size == 0 && (s.version == 0 || (s.flags & tls::kTlsHrr) != 0)));
  drop(s, spools);
  CHECK(spools.live_chunks() == 0);
  return 0;
}
