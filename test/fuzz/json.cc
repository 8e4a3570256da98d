// Any octets become the inside of a JSON string that stands for the same code points, broken sequences aside.
#include "lib/export/json.h"

#include "test/unit/export/json_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  const std::string_view in = as_text({data, size});
  std::string out;
  exporter::write_escaped(out, in);
  CHECK(fuzz::unescape(out) == fuzz::decode(in));
  // What comes out holds nothing broken: decoding it finds as many U+FFFD as were written.
  std::size_t written = 0;
  for (std::size_t at = out.find("\xef\xbf\xbd"); at != std::string::npos; at = out.find("\xef\xbf\xbd", at + 3)) ++written;
  std::size_t found = 0;
  for (const std::uint32_t c : fuzz::decode(out)) found += c == fuzz::kReplaced ? 1 : 0;
  CHECK(written == found);
  std::string line;
  exporter::Json json(line);
  json.open_object();
  json.text("a", in);
  json.open_array("b");
  json.text(in);
  json.number(size);
  json.close_array();
  json.close_object();
  CHECK(fuzz::walk(line, 0) == line.size());
  return 0;
}
