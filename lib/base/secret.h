// Secret: octets that must not outlive their use: wiped when they end, never copied by accident, never printed. Whoever holds
// one owns it; that its memory is locked and left out of core dumps is the process's affair (drivers/sys/guard).
#pragma once
#include <cstring>

#include "lib/base/bytes.h"

namespace pellucid {

// Writes zeros that no compiler may leave out, however dead the memory is afterwards.
inline void wipe(void* at, std::size_t size) noexcept {
  std::memset(at, 0, size);
  asm volatile("" : : "r"(at) : "memory");
}
inline void wipe(MutBytes bytes) noexcept { wipe(bytes.data(), bytes.size()); }

// Whether two secrets are the same, in a time that depends on their sizes alone.
inline bool same_secret(Bytes a, Bytes b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint8_t differs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differs = static_cast<std::uint8_t>(differs | (a[i] ^ b[i]));
    asm volatile("" : "+r"(differs));  // or a compiler may return at the first difference
  }
  return differs == 0;
}

template <std::size_t kSize>
class Secret {
 public:
  Secret() noexcept = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { clear(); }

  static constexpr std::size_t size() noexcept { return kSize; }
  MutBytes bytes() noexcept { return bytes_; }
  Bytes bytes() const noexcept { return bytes_; }
  void clear() noexcept { wipe(bytes_); }

 private:
  std::uint8_t bytes_[kSize] = {};
};

}  // namespace pellucid
