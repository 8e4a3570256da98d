// Key files: whatever stands in one, there are keys of known groups, or one line that says why not.
#include "lib/keys/key_file.h"

#include <vector>

#include "drivers/crypto/openssl/rsa.h"
#include "lib/base/check.h"
#include "lib/keys/armour.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  static openssl::KeyMaker maker;
  std::vector<std::uint8_t> text(data, data + size);
  std::vector<keys::FoundKey> found;
  std::string problem;
  const bool good = keys::read_key_file(text, maker, found, problem);
  CHECK(good != found.empty() && good == problem.empty() && found.size() <= keys::kMaxFileKeys);
  CHECK(problem.find('\n') == std::string::npos);
  for (const keys::FoundKey& key : found) {
    CHECK((key.dh == nullptr) != (key.rsa == nullptr));
    CHECK(key.dh == nullptr || key.dh->share().size() == crypto::share_size(key.dh->group()));
    CHECK(key.twin == nullptr || key.twin->group() == key.dh->group());
    CHECK(key.not_after_s == 0 || key.not_after_s > key.not_before_s);
  }
  return 0;
}
