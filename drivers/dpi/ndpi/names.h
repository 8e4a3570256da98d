// NdpiNames: what nDPI calls its protocols and categories, read once. Immutable after construction, any thread.
#pragma once
#include <string>
#include <vector>

#include "lib/classify/dpi.h"

namespace pellucid::dpi {

class NdpiNames : public classify::Names {
 public:
  NdpiNames();
  std::string_view protocol(std::uint16_t id) const noexcept override;
  std::string_view category(std::uint16_t id) const noexcept override;
  std::uint16_t protocols() const noexcept override { return static_cast<std::uint16_t>(protocols_.size()); }
  std::uint16_t categories() const noexcept override { return static_cast<std::uint16_t>(categories_.size()); }

 private:
  std::vector<std::string> protocols_;
  std::vector<std::string> categories_;
};

}  // namespace pellucid::dpi
