// Granted: warrants out of grants that were read and judged: the first that opens a session is the one it is opened under. Each
// counts what it was used for. The keeper's thread owns it.
#pragma once
#include <memory>
#include <vector>

#include "lib/keeper/warrants.h"

namespace pellucid::keeper {

class Granted final : public Warrants {
 public:
  using Clock = std::int64_t (*)();  // seconds since 1970

  Granted(const keys::AuthoritySet& set, Clock clock) : set_(set), clock_(clock) {}

  // `good`: signatures of its document that count. The grant outlives this. Gives its number in terms.
  std::uint16_t add(const keys::Grant& grant, unsigned good);
  keys::Reason ask(const keys::Session& session, keys::Terms& terms) override;
  keys::Reason begin(const keys::Session& session, keys::Terms& terms) override;
  void more(keys::Terms& terms) override;
  void give_back(const keys::Terms& terms, std::uint64_t unused) override;
  keys::Reason still(const keys::Terms& terms) override;
  bool allows_annex_a() const override { return set_.annex_a == keys::Rule::allowed; }

 private:
  struct Item {
    const keys::Grant* grant;
    keys::Judge judge;
    keys::Quota given{0, 0};  // what sessions got of it
  };
  keys::Standing standing(const Item& item) const;

  const keys::AuthoritySet& set_;
  Clock clock_;
  std::vector<std::unique_ptr<Item>> items_;
};

// One's own traffic on one's own desk: everything is opened that keys are given for and that the policy does not protect, and
// every record says so.
class Lab final : public Warrants {
 public:
  keys::Reason ask(const keys::Session&, keys::Terms& terms) override;
  keys::Reason begin(const keys::Session&, keys::Terms&) override { return keys::Reason::none; }
  void more(keys::Terms&) override {}
  void give_back(const keys::Terms&, std::uint64_t) override {}
  keys::Reason still(const keys::Terms&) override { return keys::Reason::none; }
  bool allows_annex_a() const override { return true; }
};

}  // namespace pellucid::keeper
