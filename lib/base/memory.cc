#include "lib/base/memory.h"

#include <cstdlib>

namespace pellucid {

namespace {
void* take(std::size_t bytes) noexcept { return std::calloc(bytes, 1); }
void give(void* p, std::size_t) noexcept { std::free(p); }
}  // namespace

constinit Memory memory{take, give};

}  // namespace pellucid
