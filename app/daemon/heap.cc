// The daemon's heap: what C++ gives back is wiped, so that no text or buffer through which a key came keeps a copy of it.
// Workers take no memory in their turns, so they do not pay for it.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "lib/base/secret.h"

void* operator new(std::size_t size) {
  void* const at = std::malloc(size != 0 ? size : 1);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size != 0 ? size : 1); }
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& how) noexcept { return operator new(size, how); }

void operator delete(void* at) noexcept {
  if (at != nullptr) pellucid::wipe(at, malloc_usable_size(at));
  std::free(at);
}
void operator delete(void* at, std::size_t) noexcept { operator delete(at); }
void operator delete(void* at, const std::nothrow_t&) noexcept { operator delete(at); }
void operator delete[](void* at) noexcept { operator delete(at); }
void operator delete[](void* at, std::size_t) noexcept { operator delete(at); }
void operator delete[](void* at, const std::nothrow_t&) noexcept { operator delete(at); }
