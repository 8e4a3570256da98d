// Program: a policy made ready for workers. Each fact of a flow gives the set of rules that it satisfies; a rule matches whose
// bit is in all of them, and the first one counts. Built on a control thread, immutable then: any thread judges with it, each
// with a Desk of its own, without allocating.
#pragma once
#include <memory>

#include "lib/net/prefixes.h"
#include "lib/net/suffixes.h"
#include "lib/policy/facts.h"
#include "lib/policy/protocols.h"
#include "lib/policy/rules.h"

namespace pellucid::policy {

// The conditions of a rule, in the order in which judge() looks at them.
enum class Test : std::uint8_t {
  networks,
  client_networks,
  server_networks,
  ports,
  client_ports,
  server_ports,
  vlan,
  vni,
  interface,
  protocols,
  names,
  applications,
  categories,
  kCount
};
inline constexpr unsigned kTests = static_cast<unsigned>(Test::kCount);
inline constexpr unsigned kProtectBits = 4;  // before the rules' bits: protect's networks, names, applications, categories
inline constexpr unsigned kDeskWords = (kProtectBits + kMaxRules + 1 + net::kWord - 1) / net::kWord;

struct Desk {  // what judge() writes on
  std::uint64_t hit[kTests][kDeskWords];
};

class Program {
 public:
  // Rules that read_rules() gave, with the same context.
  Program(const Rules& rules, const Context& context, std::uint64_t generation);

  Verdict judge(const Facts& facts, Desk& desk) const noexcept;
  // Of a flow whose name is not known: the first rule that may come to match once it is, wants such flows decrypted, and says
  // that their handshake may be opened for the name. kNoRule: none.
  std::uint16_t peek(const Facts& facts, Desk& desk) const noexcept;

  // Entries of `protect` that certainly hold, as net::as_written() has them. It allocates: not for workers.
  void protections(const Facts& facts, Desk& desk, const classify::Names* names, std::vector<std::string>& out) const;

  std::uint64_t generation() const noexcept { return generation_; }
  std::size_t rules() const noexcept { return outcomes_.size() - 1; }
  std::string_view name_of(std::uint16_t rule) const noexcept {
    return rule < outcomes_.size() ? std::string_view(outcomes_[rule].name) : std::string_view{};
  }
  std::uint32_t sample_of(std::uint16_t rule) const noexcept { return outcomes_[rule].sample; }
  const keys::Wish& wish_of(std::uint16_t rule) const noexcept { return outcomes_[rule].wish; }
  bool wants_applications() const noexcept { return active(Test::applications) || active(Test::categories); }
  // Whether more can be said of a flow than when it begins.
  bool asks_late() const noexcept { return active_ >> static_cast<unsigned>(Test::protocols) != 0; }
  Level most() const noexcept { return most_; }  // the furthest level that any flow can get

 private:
  using Bits = std::vector<std::uint64_t>;
  struct Outcome {
    std::string name;
    Level level;
    std::uint32_t sample;
    keys::Wish wish;
  };
  friend class Builder;
  struct Range;  // the levels of the outcomes that are still possible
  struct Stand {
    std::uint64_t certain, possible;
  };

  bool active(Test t) const noexcept { return (active_ >> static_cast<unsigned>(t) & 1) != 0; }
  void mark(const Facts& facts, Desk& desk) const noexcept;
  void mark_ends(const Facts& facts, Desk& desk) const noexcept;
  void mark_space(const net::Key& key, Desk& desk) const noexcept;
  Stand stand(const Facts& facts, const Desk& desk, unsigned word) const noexcept;
  void widen(Range& range, unsigned word, std::uint64_t pending, std::uint64_t hash) const noexcept;
  std::uint8_t waits(const Facts& facts, const Desk& desk, unsigned word, std::uint64_t pending) const noexcept;
  Level level_of(std::size_t rule, std::uint64_t hash) const noexcept;

  std::uint64_t generation_;
  Match protect_;
  unsigned words_;
  std::uint32_t active_ = 0;  // tests that any rule makes, a bit each
  Level most_ = Level::ignore;
  std::vector<Outcome> outcomes_;
  Bits free_[kTests];  // rules that do not make the test
  Bits by_content_;    // rules that name a protocol which only the payload tells
  Bits of_level_[5];   // rules by level, those that sample left out
  Bits sampled_;
  Bits peeking_;  // rules that say open_handshake
  Bits all_;

  net::Sets sets_;
  net::Prefixes networks_[3];
  std::vector<net::SetAt> ports_[3];
  std::vector<net::SetAt> vlan_;
  std::vector<std::pair<std::uint32_t, net::SetAt>> vni_;
  std::vector<net::SetAt> interface_;
  std::vector<net::SetAt> transport_;
  net::SetAt content_[kContentBits] = {};
  net::Suffixes names_;
  std::vector<net::SetAt> applications_;
  std::vector<net::SetAt> categories_;
};

}  // namespace pellucid::policy
