// proxy_header over any bytes: never beyond them, never beyond its limits, and the same however much comes behind.
#include "lib/engine/proxy.h"

#include <vector>

#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  const Bytes all(data, size);
  const std::size_t header = engine::proxy_header(all);
  CHECK(header <= size && header <= engine::kMaxProxyBlock);
  if (header == 0) return 0;
  CHECK(engine::proxy_header(all.first(header)) == header);
  CHECK(engine::proxy_header(all.first(header - 1)) == 0);
  std::vector<std::uint8_t> more(all.begin(), all.begin() + static_cast<long>(header));
  more.insert(more.end(), 600, 0x0a);
  CHECK(engine::proxy_header(more) == header);
  return 0;
}
