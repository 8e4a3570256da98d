#include "drivers/crypto/openssl/memory.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "lib/base/secret.h"

namespace pellucid::openssl {
namespace {

void* take(std::size_t size, const char*, int) { return std::malloc(size); }

void give(void* at, const char*, int) {
  if (at != nullptr) wipe(at, malloc_usable_size(at));
  std::free(at);
}

void* take_again(void* at, std::size_t size, const char* file, int line) {
  if (at == nullptr) return std::malloc(size);
  if (size == 0) {
    give(at, file, line);
    return nullptr;
  }
  void* const to = std::malloc(size);
  if (to == nullptr) return nullptr;
  std::memcpy(to, at, std::min(size, malloc_usable_size(at)));
  give(at, file, line);
  return to;
}

}  // namespace

Guarded guard_memory() noexcept {
  if (CRYPTO_set_mem_functions(take, take_again, give) != 1) return Guarded::none;
  switch (CRYPTO_secure_malloc_init(kMaxSecrets, 32)) {
    case 1:
      return Guarded::whole;
    case 2:
      return Guarded::unlocked;
    default:
      return Guarded::none;
  }
}

}  // namespace pellucid::openssl
