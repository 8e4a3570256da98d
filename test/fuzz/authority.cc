// Authority text → set: whatever a text says, it is refused with words where it stands, or it is a set whose thresholds its own
// authorities can meet.
#include "lib/keys/authority.h"

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "drivers/crypto/openssl/cms.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  static const schema::Schema kSchema{schema::text_of("authority")};
  static openssl::Cms cms;
  Tree tree;
  Fault fault;
  if (!yaml::read_yaml(as_text(Bytes{data, size}), {32768, 2000}, tree, fault) || !kSchema.fits(tree, fault)) return 0;
  keys::AuthoritySet set;
  if (!keys::read_authorities(tree, cms, set, fault)) {
    CHECK(!fault.text.empty() && fault.place.line != 0);
    return 0;
  }
  CHECK(1 <= set.sign && set.sign <= set.lift && set.lift <= set.authorities.size());
  keys::Signed all;
  for (std::size_t i = 0; i < set.authorities.size(); ++i) all.signers.push_back({"", keys::Signature::good, i});
  CHECK(keys::refuse_first(set, all).empty());
  all.signers.resize(set.sign - 1);
  CHECK(!keys::refuse_first(set, all).empty());
  return 0;
}
