#include "drivers/dpi/ndpi/names.h"

#include "drivers/dpi/ndpi/module.h"

namespace pellucid::dpi {

NdpiNames::NdpiNames() {
  const Module module = make_module();
  const unsigned protocols = ndpi_get_num_supported_protocols(module.get());
  for (unsigned i = 0; i < protocols; ++i) {
    protocols_.emplace_back(ndpi_get_proto_name(module.get(), static_cast<std::uint16_t>(i)));
  }
  for (unsigned i = 0; i < NDPI_PROTOCOL_NUM_CATEGORIES; ++i) {
    categories_.emplace_back(ndpi_category_get_name(module.get(), static_cast<ndpi_protocol_category_t>(i)));
  }
}

std::string_view NdpiNames::protocol(std::uint16_t id) const noexcept {
  return id < protocols_.size() ? protocols_[id] : std::string_view{"Unknown"};
}
std::string_view NdpiNames::category(std::uint16_t id) const noexcept {
  return id < categories_.size() ? categories_[id] : std::string_view{"Unspecified"};
}

}  // namespace pellucid::dpi
