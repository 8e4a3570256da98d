// Key files of static key shares: whatever stands in one, what is found lies within it.
#include <cstdlib>
#include <vector>

#include "lib/base/check.h"
#include "tools/ets/der.h"

namespace {

bool within(pellucid::Bytes part, const std::vector<std::uint8_t>& whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid::ets;
  std::vector<std::uint8_t> text(data, data + size);
  pellucid::Bytes der;
  Found found;
  if (read_armour(text, der) != Reading::Good) return 0;
  CHECK(within(der, text));
  if (read_key(der, found) != Reading::Good) return 0;
  CHECK(within(found.scalar, text) && within(found.point, text) && within(found.curve, text));
  return 0;
}
