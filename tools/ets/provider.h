// What the parts of the provider share: its state, made once at load and read-only from then on, and its tables for OpenSSL.
#pragma once
#include <openssl/core_dispatch.h>

#include <cstddef>

#include "tools/ets/share.h"

namespace pellucid::ets {

struct Provider {
  OSSL_LIB_CTX* library = nullptr;
  Static pairs[std::size(kGroups)];  // in the order of kGroups; without a key where none is configured
  OSSL_ALGORITHM keys[std::size(kGroups) + 1] = {}, exchanges[std::size(kGroups) + 1] = {};
};

inline constexpr std::size_t kMaxCertificates = 16;

// Reads what the configuration names, all or nothing; an error is raised in OpenSSL's queue.
bool configure(Provider& provider, const OSSL_CORE_HANDLE* core, OSSL_FUNC_core_get_params_fn* get_params);

extern const OSSL_DISPATCH* const kKeyTables[std::size(kGroups)];
extern const OSSL_DISPATCH kExchange[];

template <class F>
OSSL_DISPATCH entry(int id, F* function) noexcept {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace pellucid::ets
