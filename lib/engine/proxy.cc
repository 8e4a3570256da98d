#include "lib/engine/proxy.h"

#include <algorithm>
#include <array>

#include "lib/base/cursor.h"

namespace pellucid::engine {
namespace {

constexpr std::string_view kLineStart = "PROXY ";
constexpr std::array<std::string_view, 3> kFamilies{"TCP4 ", "TCP6 ", "UNKNOWN"};
constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

std::size_t read_line(std::string_view text) noexcept {
  if (!text.starts_with(kLineStart)) return 0;
  const std::string_view family = text.substr(kLineStart.size());
  if (std::ranges::none_of(kFamilies, [family](std::string_view f) { return family.starts_with(f); })) return 0;
  const std::size_t end = text.substr(0, kMaxProxyLine).find("\r\n");
  return end == std::string_view::npos ? 0 : end + 2;
}

std::size_t read_block(Bytes first) noexcept {
  Cursor in(first);
  if (!std::ranges::equal(in.take(kSignature.size()), kSignature)) return 0;
  const std::uint8_t version_and_command = in.u8();
  const std::uint8_t family_and_protocol = in.u8();
  in.skip(in.u16());
  constexpr std::uint8_t kLocal = 0x20, kProxy = 0x21;
  const bool known = version_and_command == kLocal || version_and_command == kProxy;
  const bool sound = known && family_and_protocol >> 4 <= 3 && (family_and_protocol & 15) <= 2;
  return in.ok() && sound && in.offset() <= kMaxProxyBlock ? in.offset() : 0;
}

}  // namespace

std::size_t proxy_header(Bytes first) noexcept {
  if (first.empty()) return 0;
  if (first[0] == 'P') return read_line(as_text(first));
  return first[0] == kSignature[0] ? read_block(first) : 0;
}

}  // namespace pellucid::engine
