// Level: how far a flow is looked into, from least to most. A value type, any thread.
#pragma once
#include <cstdint>
#include <string_view>

namespace pellucid::policy {

enum class Level : std::uint8_t { ignore, count, metadata, classify, decrypt };
inline constexpr std::string_view kLevelLabels[] = {"ignore", "count", "metadata", "classify", "decrypt"};
constexpr std::string_view label(Level l) noexcept { return kLevelLabels[static_cast<std::size_t>(l)]; }

}  // namespace pellucid::policy
