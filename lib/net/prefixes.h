// Prefixes: which rules name a network that holds an address: the longest prefix by one binary search, the shorter ones around
// it along a chain. Filled while a Program is built, immutable then: any thread.
#pragma once
#include "lib/net/network.h"
#include "lib/net/sets.h"

namespace pellucid::net {

class Prefixes {
 public:
  void add(const Network& network, RuleAt rule) { entries_.push_back({network, rule}); }
  void build(Sets& sets);

  // `address`: 16 octets, of IPv4 the first four.
  void mark(const Sets& sets, std::uint8_t family, const std::uint8_t* address, std::uint64_t* bits) const noexcept;

 private:
  static constexpr std::uint32_t kNoNode = 0xffff'ffff;
  struct Entry {
    Network network;
    RuleAt rule;
  };
  struct Node {
    SetAt set;
    std::uint32_t parent;  // the next shorter prefix around it
  };
  struct Spans {  // from each start to the next one the same node is the longest prefix
    std::vector<Wide> starts;
    std::vector<std::uint32_t> nodes;
    void begin(Wide start, std::uint32_t node);
  };
  struct Open {
    Wide last;
    std::uint32_t node;
  };
  void close_before(std::vector<Open>& open, Spans& spans, const Wide* next);

  std::vector<Entry> entries_;
  std::vector<Node> nodes_;
  Spans spans_[2];  // IPv4, IPv6
};

}  // namespace pellucid::net
