// Label: what a flow is, who says so and how sure. Numbers are nDPI's, so that a verdict needs no translation; the driver
// asserts at compile time that ours agree with its header. A value type, any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace pellucid::classify {

inline constexpr std::uint16_t kUnknown = 0;
inline constexpr std::uint16_t kDns = 5;
inline constexpr std::uint16_t kHttp = 7;
inline constexpr std::uint16_t kMdns = 8;
inline constexpr std::uint16_t kTls = 91;
inline constexpr std::uint16_t kLlmnr = 154;
inline constexpr std::uint16_t kHttpConnect = 130;
inline constexpr std::uint16_t kQuic = 188;
inline constexpr std::uint16_t kDtls = 30;

enum class By : std::uint8_t { nobody, parser, name, ndpi, ndpi_cache };  // name: our parser's name, matched by nDPI's lists
inline constexpr std::string_view kByLabels[] = {"nobody", "parser", "name", "ndpi", "ndpi-cache"};

// ndpi_confidence_t in nDPI 4.2's order
enum class Confidence : std::uint8_t { unknown, match_by_port, match_by_ip, dpi_cache, dpi };
inline constexpr std::string_view kConfidenceLabels[] = {"Unknown", "Match by port", "Match by IP", "DPI (cache)", "DPI"};

// Categories as metrics count them: those that have a name, one after the other, and all others as one.
inline constexpr unsigned kCategorySlots = 41;
constexpr unsigned category_slot(std::uint16_t category) noexcept {
  if (category < 33) return category;                                  // NDPI_PROTOCOL_CATEGORY_UNSPECIFIED …
  return category >= 99 && category < 106 ? category - 99u + 33 : 40;  // CUSTOM_CATEGORY_MINING …
}

struct Label {
  std::uint16_t master = kUnknown;  // the protocol (TLS)
  std::uint16_t app = kUnknown;     // what runs over it (Microsoft), or the protocol itself
  std::uint16_t category = 0;
  Confidence confidence = Confidence::unknown;
  By by = By::nobody;
};

}  // namespace pellucid::classify
