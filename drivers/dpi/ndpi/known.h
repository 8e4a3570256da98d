// Known: what earlier look-ups gave: most names and addresses come again and again, and a look-up walks a tree that lies all
// over memory. Two tables in which a newer entry takes an older one's place; names are compared whole, so that nobody can make
// one stand for another. Owned by a worker's NdpiDpi.
#pragma once
#include <cstring>
#include <string_view>

#include "lib/base/slab.h"

namespace pellucid::dpi {

class Known {
 public:
  static constexpr std::size_t kMaxSize = 56;  // longer names are not remembered

  struct Verdict {
    std::uint16_t app;  // 0: no list knows the name
    std::uint16_t category;
  };
  struct Name {
    std::uint16_t master;
    Verdict verdict;
    std::uint8_t known;
    std::uint8_t size;
    char text[kMaxSize];
  };
  static_assert(sizeof(Name) == kLine);
  struct Host {
    std::uint32_t address;
    std::uint16_t app;  // 0: no list knows the address
    std::uint16_t known;
  };

  // Where the name's verdict is, or belongs: `known` says which. Null: the name is too long.
  Name* name(std::uint16_t master, std::string_view text) noexcept {
    if (text.size() > kMaxSize) return nullptr;
    std::uint64_t sum = master;
    for (const char c : text) sum = (sum ^ static_cast<std::uint8_t>(c)) * kSpread;
    Name& n = names_.at[sum * kSpread >> (64 - kNameBits)];
    if (n.known != 0 && n.master == master && text == std::string_view(n.text, n.size)) return &n;
    n.known = 0;
    n.master = master;
    n.size = static_cast<std::uint8_t>(text.size());
    std::memcpy(n.text, text.data(), text.size());
    return &n;
  }
  Host& host(std::uint32_t address) noexcept {  // likewise
    Host& h = hosts_.at[address * kSpread >> (64 - kHostBits)];
    if (h.address != address) h = Host{address, 0, 0};
    return h;
  }

 private:
  static constexpr unsigned kNameBits = 11;
  static constexpr unsigned kHostBits = 13;
  static constexpr std::uint64_t kSpread = 0x9e37'79b9'7f4a'7c15;

  LineArray<Name> names_{std::size_t{1} << kNameBits};
  LineArray<Host> hosts_{std::size_t{1} << kHostBits};
};

}  // namespace pellucid::dpi
