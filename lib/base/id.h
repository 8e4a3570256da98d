// Id<Tag, Rep>: a number that cannot be passed where another kind of number is wanted. A value type, any thread.
#pragma once
#include <compare>
#include <cstdint>

namespace pellucid {

template <class Tag, class Rep>
struct Id {
  Rep v{};
  friend constexpr auto operator<=>(Id, Id) = default;
};

// The two ends of a flow. `up` is what the flow's source (src in records: the client) sends, `down` what it receives.
enum class Dir : std::uint8_t { up, down };
constexpr Dir other(Dir d) noexcept { return d == Dir::up ? Dir::down : Dir::up; }
constexpr unsigned index(Dir d) noexcept { return static_cast<unsigned>(d); }

inline constexpr std::uint32_t kNone = 0xffff'ffff;  // "no such entry" in every index of a slab or table

}  // namespace pellucid
