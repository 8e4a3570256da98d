// Module: one nDPI detection module, made with the protocols that we leave to nDPI. Owned by one NdpiDpi (or, for a moment, by
// NdpiNames). nDPI's own initialisation is not safe to run twice at once, so making and freeing one takes a process-wide lock.
#pragma once
#include <ndpi/ndpi_api.h>

#include <memory>

namespace pellucid::dpi {

struct FreeModule {
  void operator()(ndpi_detection_module_struct* m) const noexcept;
};
using Module = std::unique_ptr<ndpi_detection_module_struct, FreeModule>;

Module make_module();

}  // namespace pellucid::dpi
