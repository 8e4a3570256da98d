#include "app/cli/pem.h"

#include <cstdint>

namespace pellucid::app {

std::string as_pem(std::string file, std::string_view label) {
  constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!file.starts_with('\x30')) return file;
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < file.size(); at += 3) {
    const auto octet = [&](std::size_t i) { return i < file.size() ? static_cast<std::uint8_t>(file[i]) : 0u; };
    const unsigned group = octet(at) << 16 | octet(at + 1) << 8 | octet(at + 2);
    for (unsigned i = 0; i < 4; ++i) out += at + i > file.size() ? '=' : kDigits[group >> (18 - 6 * i) & 63];
    if (at % 48 == 45) out += '\n';
  }
  return out + "\n-----END " + std::string(label) + "-----\n";
}

}  // namespace pellucid::app
