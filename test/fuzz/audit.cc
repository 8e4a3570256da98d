// Lines of an audit log: whatever the text, a line that is read is within its bounds and is one that we write; a log of such
// lines is judged without harm, and the leaves below it are found.
#include "lib/audit/judge.h"

#include "drivers/crypto/openssl/digest.h"
#include "lib/audit/leaves.h"
#include "lib/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  static const openssl::Digests kDigests;
  audit::Judge judge(kDigests, nullptr, audit::Judge::From::anywhere);
  audit::Hash last{};
  audit::LeafSearch search(last);
  std::string_view text = as_text({data, size});
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    audit::Line read;
    if (audit::read_line(line, read)) {
      CHECK(line.size() <= audit::kMaxLine && line.front() == '{' && line.back() == '}');
      CHECK(line.find("\"seq\":" + std::to_string(read.seq) + ",") == 1);
      CHECK(read.signed_text.size() < line.size());
    }
    audit::LeafLine leaves;
    if (audit::read_leaves(line, leaves)) CHECK(audit::write_leaves(leaves) == line);
    search.take(line);
    const std::uint64_t before = judge.lines();
    CHECK(judge.take(line) == (judge.lines() == before + 1));
    CHECK(judge.problem().empty() || judge.lines() == before);
  }
  if (const auto found = search.end()) CHECK(found->which < found->leaves.size() && found->leaves[found->which] == last);
  return 0;
}
