// Key logs: whatever the text and wherever it is cut, the same secrets are found, and each line has one fate.
#include "lib/keys/keylog.h"

#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  if (size == 0) return 0;
  const Bytes text(data + 1, size - 1);
  keys::Keylog whole;
  const std::size_t lines = whole.read(text);
  CHECK(lines <= text.size());
  whole.read_last(text.subspan(lines));
  keys::Keylog cut;
  const std::size_t first = cut.read(text.first(text.size() * data[0] / 256));
  const std::size_t second = first + cut.read(text.subspan(first));
  CHECK(second == lines);
  cut.read_last(text.subspan(second));
  CHECK(cut.sessions() == whole.sessions() && cut.stats().secrets == whole.stats().secrets);
  CHECK(cut.stats().malformed == whole.stats().malformed && cut.stats().unknown == whole.stats().unknown);
  return 0;
}
