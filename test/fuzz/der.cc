// DER of any bytes: elements lie one after the other inside their parent, and depth and number are bounded.
#include "lib/x509/der.h"

#include "lib/base/check.h"

using namespace pellucid;
using namespace pellucid::x509;

namespace {

void walk(Der in, Bytes whole, unsigned depth) noexcept {
  CHECK(depth <= kMaxDepth);
  const std::uint8_t* at = whole.data();
  for (Element e{}; in.next(e);) {
    CHECK(e.whole.data() == at);
    at += e.whole.size();
    CHECK(at <= whole.data() + whole.size());
    CHECK(e.body.data() + e.body.size() == at && e.whole.size() >= e.body.size() + 2);
    if ((e.tag & 0x20) != 0) walk(Der(e), e.body, depth + 1);
  }
  CHECK(!in.ok() || at == whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  walk(Der(in), in, 0);
  Der expecting(in);
  expecting.skip_if(kDerBoolean);
  const Element e = expecting.expect(kDerSequence);
  CHECK(expecting.ok() ? e.tag == kDerSequence : e.body.empty());
  return 0;
}
