// The history of policies as it is found on disk: refused, or read, and then written and read again as the same.
#include "app/daemon/revisions.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  app::Revisions read;
  if (!app::read_revisions(as_text(Bytes{data, size}), read)) return 0;
  for (std::size_t i = 1; i < read.list.size(); ++i) CHECK(read.list[i - 1].generation < read.list[i].generation);
  const std::string written = app::write_revisions(read);
  app::Revisions again;
  CHECK(app::read_revisions(written, again) && app::write_revisions(again) == written);
  return 0;
}
