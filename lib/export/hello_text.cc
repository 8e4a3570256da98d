#include "lib/export/hello_text.h"

#include "lib/export/text.h"
#include "lib/tls/hello.h"

namespace pellucid::exporter {

void write_number_name(std::string& out, std::string_view name, std::uint16_t number) noexcept {
  if (!name.empty()) return static_cast<void>(out += name);
  const std::uint8_t octets[] = {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  out += "0x";
  write_hex(out, octets);
}

void write_alpns(Json& json, std::string_view name, Bytes raw) noexcept {
  const std::size_t mark = json.mark();
  json.open_array(name);
  tls::Alpns list(raw);
  for (Bytes alpn; list.next(alpn);) json.text(as_text(alpn));
  json.close_array_or_drop(mark);
}

void write_text(Json& json, std::string_view name, std::string_view text) noexcept {
  if (!text.empty()) json.text(name, text);
}

void write_ja3(Json& json, std::string_view name, const std::string& text, const crypto::Digests& digests) noexcept {
  if (text.empty()) return;
  std::uint8_t digest[16];
  digests.md5(as_bytes(text), digest);
  json.open_object(name);
  json.made("hash", [&](std::string& out) { write_hex(out, digest); });
  json.text("string", text);
  json.close_object();
}

}  // namespace pellucid::exporter
