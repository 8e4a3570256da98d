// Pages: memory for large arrays in transparent huge pages, where the kernel has them to give; small ones come from the C
// library. For the data path's tables: without huge pages each look-up pays for a walk of the page tables too.
#pragma once
#include "lib/base/memory.h"

namespace pellucid::sys {

Memory huge_pages() noexcept;

}  // namespace pellucid::sys
