// Transport parameters: each lies within the extension, and the one that is looked for is the first of its number.
#include "lib/base/check.h"
#include "lib/quic/transport.h"
#include "lib/quic/varint.h"

using namespace pellucid;
using namespace pellucid::quic;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes extension(data, size);
  Parameters list(extension);
  std::size_t n = 0;
  bool seen = false;
  for (Parameter p; list.next(p); ++n) {
    CHECK(p.value.empty() || (p.value.data() > data && p.value.data() + p.value.size() <= data + size));
    if (p.id == kUserAgent && !seen) {
      const Bytes found = find_parameter(extension, kUserAgent);
      CHECK(found.data() == p.value.data() && found.size() == p.value.size());
      seen = true;
    }
  }
  Cursor numbers(extension);
  while (numbers.left() != 0) CHECK(read_varint(numbers) < std::uint64_t{1} << 62);
  CHECK(n <= size / 2 && (seen || find_parameter(extension, kUserAgent).empty()));
  return 0;
}
