// Suffixes: which rules name a domain that a host name is, or lies below: one look-up in a hash table a label. Filled while a
// Program is built, immutable then: any thread.
#pragma once
#include <string_view>

#include "lib/net/sets.h"

namespace pellucid::net {

inline constexpr std::size_t kMaxDomain = 253;  // octets of a domain name as text (RFC 1035 2.3.4)

enum class NameFault : std::uint8_t { none, empty, too_long, label, octet, foreign };  // foreign: not ASCII
// A domain name as a policy writes it, `*.` in front taken off.
NameFault check_name(std::string_view name) noexcept;

class Suffixes {
 public:
  // The text is kept by whoever adds it until build(). `example.com` stands for itself and all below it, `*.example.com` only
  // for what is below.
  void add(std::string_view name, RuleAt rule);
  void build(Sets& sets);

  // `name` in any case, straight from the wire; of one that is too long its end counts.
  void mark(const Sets& sets, std::string_view name, std::uint64_t* bits) const noexcept;

 private:
  struct Entry {
    std::string_view name;
    RuleAt rule;
    std::uint8_t below;  // 1: only what is below
  };
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t at = 0;    // in chars_
    std::uint32_t size = 0;  // 0: empty
    SetAt all = 0;
    SetAt below = 0;
  };
  Slot& place(std::string_view name, std::uint64_t hash) noexcept;
  const Slot* find(std::string_view name, std::uint64_t hash) const noexcept;

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // a power of two, at most half of them used
  std::string chars_;
};

}  // namespace pellucid::net
