#include "drivers/sys/pages/pages.h"

#include <sys/mman.h>

#include <cstdlib>

namespace pellucid::sys {

namespace {

constexpr std::size_t kHuge = 2u << 20;
constexpr std::size_t kFrom = 4 * kHuge;  // below it, rounding to whole huge pages would cost more memory than it saves time

void* take(std::size_t bytes) noexcept {
  if (bytes < kFrom) return std::calloc(bytes, 1);
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  madvise(p, bytes, MADV_HUGEPAGE);  // advice: a kernel without huge pages gives small ones
  return p;
}

void give(void* p, std::size_t bytes) noexcept {
  if (bytes < kFrom) return std::free(p);
  munmap(p, bytes);
}

}  // namespace

Memory huge_pages() noexcept { return {take, give}; }

}  // namespace pellucid::sys
