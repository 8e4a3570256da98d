// The ledger of grants, as a disk may give it back: it is refused, or what it says is written again as it was read.
#include "lib/keys/ledger.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  keys::Ledger ledger, again;
  if (!keys::read_ledger(as_text(Bytes{data, size}), ledger)) return 0;
  CHECK(ledger.grants.size() <= keys::kMaxGrants && ledger.revoked.size() <= keys::kMaxRevoked);
  const std::string text = write_ledger(ledger);
  CHECK(keys::read_ledger(text, again) && write_ledger(again) == text);
  return 0;
}
