#include "lib/net/suffixes.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace pellucid::net {

namespace {

constexpr std::uint64_t kSeed = 0xcbf2'9ce4'8422'2325;
constexpr std::uint64_t kSpread = 0x9e37'79b9'7f4a'7c15;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Names are hashed from their end, so that each suffix costs only the octets of its own label.
std::uint64_t step(std::uint64_t hash, char c) noexcept { return (hash ^ static_cast<std::uint8_t>(c)) * kSpread; }
std::uint64_t finish(std::uint64_t hash) noexcept { return hash ^ hash >> 32; }

std::uint64_t hash_of(std::string_view name) noexcept {
  std::uint64_t hash = kSeed;
  for (std::size_t i = name.size(); i-- > 0;) hash = step(hash, lower(name[i]));
  return finish(hash);
}

bool same(std::string_view kept, std::string_view asked) noexcept {
  return kept.size() == asked.size() &&
         std::equal(kept.begin(), kept.end(), asked.begin(), [](char x, char y) { return x == lower(y); });
}

bool less(std::string_view x, std::string_view y) noexcept {
  return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(),
                                      [](char a, char b) { return lower(a) < lower(b); });
}

}  // namespace

NameFault check_name(std::string_view name) noexcept {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty()) return NameFault::empty;
  if (name.size() > kMaxDomain) return NameFault::too_long;
  std::size_t label = 0;
  for (const char c : name) {
    if ((static_cast<std::uint8_t>(c) & 0x80) != 0) return NameFault::foreign;
    const char l = lower(c);
    const bool plain = (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '-' || l == '_';
    if (!plain && l != '.') return NameFault::octet;
    if (l == '.' && label == 0) return NameFault::label;
    label = l == '.' ? 0 : label + 1;
    if (label > 63) return NameFault::label;
  }
  return label == 0 ? NameFault::label : NameFault::none;
}

void Suffixes::add(std::string_view name, RuleAt rule) {
  const bool below = name.starts_with("*.");
  entries_.push_back({below ? name.substr(2) : name, rule, below ? std::uint8_t{1} : std::uint8_t{0}});
}

Suffixes::Slot& Suffixes::place(std::string_view name, std::uint64_t hash) noexcept {
  std::size_t i = hash & (slots_.size() - 1);
  while (slots_[i].size != 0) i = (i + 1) & (slots_.size() - 1);
  Slot& slot = slots_[i];
  slot.hash = hash;
  slot.at = static_cast<std::uint32_t>(chars_.size());
  slot.size = static_cast<std::uint32_t>(name.size());
  for (const char c : name) chars_ += lower(c);
  return slot;
}

void Suffixes::build(Sets& sets) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& x, const Entry& y) {
    if (less(x.name, y.name)) return true;
    return !less(y.name, x.name) && std::tie(x.below, x.rule) < std::tie(y.below, y.rule);
  });
  slots_.assign(std::bit_ceil(2 * entries_.size() + 2), Slot{});
  for (std::size_t i = 0; i < entries_.size();) {
    const std::string_view name = entries_[i].name;
    std::vector<RuleAt> rules[2];
    for (; i < entries_.size() && !less(name, entries_[i].name); ++i) {
      std::vector<RuleAt>& list = rules[entries_[i].below];
      if (list.empty() || list.back() != entries_[i].rule) list.push_back(entries_[i].rule);
    }
    Slot& slot = place(name, hash_of(name));
    slot.all = sets.keep(rules[0]);
    slot.below = sets.keep(rules[1]);
  }
  entries_ = {};
}

const Suffixes::Slot* Suffixes::find(std::string_view name, std::uint64_t hash) const noexcept {
  for (std::size_t i = hash & (slots_.size() - 1); slots_[i].size != 0; i = (i + 1) & (slots_.size() - 1)) {
    const Slot& s = slots_[i];
    if (s.hash == hash && same(std::string_view(chars_).substr(s.at, s.size), name)) return &s;
  }
  return nullptr;
}

void Suffixes::mark(const Sets& sets, std::string_view name, std::uint64_t* bits) const noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t end = name.size() > kMaxDomain ? name.size() - kMaxDomain : 0;
  std::uint64_t hash = kSeed;
  for (std::size_t i = name.size(); i-- > end;) {
    hash = step(hash, lower(name[i]));
    if (i != 0 && name[i - 1] != '.') continue;
    const Slot* const slot = find(name.substr(i), finish(hash));
    if (slot == nullptr) continue;
    sets.mark(slot->all, bits);
    if (i != 0) sets.mark(slot->below, bits);
  }
}

}  // namespace pellucid::net
