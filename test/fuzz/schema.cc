// A tree made of any YAML is judged by the policy's schema: it fits, or the fault has a place within the text.
#include "drivers/conf/schema/schema.h"

#include <algorithm>

#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  static const schema::Schema kPolicy{schema::text_of("policy")};
  const std::string_view text = as_text(Bytes{data, size});
  Tree tree;
  Fault fault;
  if (!yaml::read_yaml(text, {4096, 500}, tree, fault) || kPolicy.fits(tree, fault)) return 0;
  CHECK(!fault.text.empty() && fault.place.line != 0);
  CHECK(fault.place.line <= static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  return 0;
}
