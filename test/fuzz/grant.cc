// Grant text → grant → verdicts: whatever a text says, it is refused with words where it stands, or it is a grant that opens
// nothing outside its time, its scope and its depth.
#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "drivers/crypto/openssl/cms.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/keys/judge.h"

namespace {

using namespace pellucid;
using keys::Reason;

void judge(const keys::Grant& g) {
  keys::AuthoritySet set;
  set.sign = 2;
  set.lift = 3;
  CHECK(!keys::refuse_grant(g, set, 1, {}).empty());
  const keys::Judge judge(g, set, 2);
  const auto at = [&](std::int64_t now_s) { return keys::Standing{now_s, keys::Clock::sure, keys::Life::live, g.quota}; };
  CHECK(judge.live(at(g.not_before_s)) == Reason::none && judge.live(at(g.not_after_s)) == Reason::expired);
  CHECK(judge.live(at(g.not_before_s - 1)) == Reason::not_yet);
  for (unsigned i = 0; i < 64; ++i) {
    keys::Session s;
    s.family = i % 2 == 0 ? 4 : 6;
    s.server[0] = static_cast<std::uint8_t>(i * 10);
    s.server_port = static_cast<std::uint16_t>(i * 111);
    s.name = i % 3 == 0 ? "www.example.com" : "";
    s.method = static_cast<keys::Method>(i % 3);
    s.captured_s = i % 5 == 0 ? g.scope.captured_until_s : g.scope.captured_from_s;
    s.depth = static_cast<keys::Depth>(i % 4);
    const Reason r = judge.opens(s, at(g.not_before_s));
    if (r == Reason::none) {
      CHECK(s.depth <= g.depth && allows(g, s.method) && s.captured_s < g.scope.captured_until_s);
      CHECK(g.scope.names.empty() || !s.name.empty());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const schema::Schema kSchema{schema::text_of("grant")};
  static openssl::Cms cms;
  Tree tree;
  Fault fault;
  if (!yaml::read_yaml(as_text(Bytes{data, size}), {16384, 2000}, tree, fault) || !kSchema.fits(tree, fault)) return 0;
  keys::Grant grant;
  if (keys::read_grant(tree, cms, grant, fault)) {
    judge(grant);
  } else {
    CHECK(!fault.text.empty() && fault.place.line != 0);
  }
  return 0;
}
