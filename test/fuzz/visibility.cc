// Visibility entries of any bytes, as GeneralNames and inside certificates: views stay inside, entries have the one form that
// counts, and a key is visible where an entry names it.
#include "lib/x509/visibility.h"

#include "lib/base/check.h"

using namespace pellucid;
using namespace pellucid::x509;

namespace {

bool inside(Bytes part, Bytes whole) noexcept {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_entries(const Certificate& c) noexcept {
  Visibilities entries(c);
  unsigned count = 0;
  for (Visibility v; entries.next(v); ++count) {
    CHECK(v.fingerprint.size() == kFingerprint && inside(v.fingerprint, c.alt_names));
    CHECK(v.access.size() <= kMaxAccess && inside(v.access, c.alt_names));
    CHECK(visible(c, v.fingerprint) == Visible::match);
  }
  CHECK(count <= kMaxVisibilities && (count == 0 || entries.claimed()));
  CHECK(visible(c, {}) == (entries.claimed() ? Visible::mismatch : Visible::absent));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  Certificate names{};
  names.alt_names = in;
  check_entries(names);
  if (const Result<Certificate> c = read_certificate(in)) check_entries(*c);
  return 0;
}
