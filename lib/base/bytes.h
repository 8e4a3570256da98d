// Bytes: a read-only view of octets; whoever made the view says how long it stays valid. Any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pellucid {

using Bytes = std::span<const std::uint8_t>;
using MutBytes = std::span<std::uint8_t>;

inline Bytes as_bytes(std::string_view s) noexcept { return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()}; }
inline std::string_view as_text(Bytes b) noexcept { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

inline constexpr std::size_t kLine = 64;  // a cache line on every x86-64; std's constant is not ABI-stable

}  // namespace pellucid
