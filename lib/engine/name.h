// Name: the host name that a flow is for, as far as judging it anew needs it: of a long one the end, cut before a dot. A value
// in the worker's slab.
#pragma once
#include <cstring>
#include <string_view>

#include "lib/base/bytes.h"

namespace pellucid::engine {

struct Name {
  static constexpr std::size_t kMaxKept = kLine - 1;

  char text[kMaxKept];
  std::uint8_t size;

  // A name that was cut begins with the dot, so that it never looks like the whole name of a domain above it.
  void keep(std::string_view name) noexcept {
    if (name.size() > kMaxKept) {
      name.remove_prefix(name.size() - kMaxKept);
      const std::size_t dot = name.find('.');
      name.remove_prefix(dot == std::string_view::npos ? name.size() : dot);
    }
    size = static_cast<std::uint8_t>(name.size());
    std::memcpy(text, name.data(), size);
  }
  std::string_view view() const noexcept { return {text, size}; }
};
static_assert(sizeof(Name) == kLine);

}  // namespace pellucid::engine
