#include "lib/policy/program.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/policy/build.h"
#include "lib/policy/words.h"

namespace pellucid::policy {

namespace {

constexpr unsigned index(Test t) noexcept { return static_cast<unsigned>(t); }

// One flow in n, chosen by its keyed hash: nobody outside can tell which.
bool chosen(std::uint64_t hash, std::uint32_t n) noexcept {
  const std::uint64_t spread = hash * 0x9e37'79b9'7f4a'7c15 >> 32;
  return spread * n >> 32 == 0;
}

// What a test waits for; 0: nothing, its fact is settled.
std::uint8_t wait_of(const Facts& f, unsigned test) noexcept {
  switch (static_cast<Test>(test)) {
    case Test::protocols:
      return f.content_known == Known::not_yet ? kWaitContent : std::uint8_t{0};
    case Test::names:
      return f.name_known == Known::not_yet ? kWaitName : std::uint8_t{0};
    case Test::applications:
    case Test::categories:
      return f.app_known == Known::not_yet ? kWaitApp : std::uint8_t{0};
    default:
      return 0;
  }
}

net::SetAt at(const std::vector<net::SetAt>& table, std::size_t i) noexcept { return i < table.size() ? table[i] : 0; }

}  // namespace

struct Program::Range {
  Level least;
  Level most;
  void add(Level l) noexcept {
    least = std::min(least, l);
    most = std::max(most, l);
  }
};

Program::Program(const Rules& rules, const Context& context, std::uint64_t generation)
    : generation_(generation),
      protect_(rules.protect),
      words_(static_cast<unsigned>((kProtectBits + rules.rules.size() + 1 + net::kWord - 1) / net::kWord)),
      sets_(words_) {
  Builder(*this, rules, context).build();
}

void Program::mark_ends(const Facts& f, Desk& desk) const noexcept {
  const net::Key& k = *f.key;
  const bool swapped = f.source == Dir::down;
  const std::uint8_t* const client = swapped ? k.b : k.a;
  const std::uint8_t* const server = swapped ? k.a : k.b;
  const auto networks = [&](Test t, const std::uint8_t* address) {
    if (active(t)) networks_[index(t) - index(Test::networks)].mark(sets_, k.family, address, desk.hit[index(t)]);
  };
  networks(Test::networks, client);
  networks(Test::networks, server);
  networks(Test::client_networks, client);
  networks(Test::server_networks, server);
  if (k.proto != net::kProtoTcp && k.proto != net::kProtoUdp && k.proto != net::kProtoSctp) return;
  const std::uint16_t client_port = swapped ? k.port_b : k.port_a;
  const std::uint16_t server_port = swapped ? k.port_a : k.port_b;
  const auto ports = [&](Test t, std::uint16_t port) {
    if (active(t)) sets_.mark(ports_[index(t) - index(Test::ports)][port], desk.hit[index(t)]);
  };
  ports(Test::ports, client_port);
  ports(Test::ports, server_port);
  ports(Test::client_ports, client_port);
  ports(Test::server_ports, server_port);
}

void Program::mark_space(const net::Key& key, Desk& desk) const noexcept {  // see net::space_of
  if (active(Test::vlan)) {
    std::uint64_t* const bits = desk.hit[index(Test::vlan)];
    unsigned tags = 0;
    for (unsigned shift = 0; shift < 36; shift += 12) {
      const std::size_t tag = key.space >> shift & 0xfff;
      if (tag == 0) continue;
      ++tags;
      sets_.mark(vlan_[tag], bits);
    }
    if (tags == 0) sets_.mark(vlan_[0], bits);
  }
  if (!active(Test::vni) || (key.space >> 60 & 1) == 0) return;
  const auto vni = static_cast<std::uint32_t>(key.space >> 36 & 0xff'ffff);
  const auto found = std::lower_bound(vni_.begin(), vni_.end(), std::pair<std::uint32_t, net::SetAt>{vni, 0});
  if (found != vni_.end() && found->first == vni) sets_.mark(found->second, desk.hit[index(Test::vni)]);
}

void Program::mark(const Facts& f, Desk& desk) const noexcept {
  for (unsigned t = 0; t < kTests; ++t) {
    if ((active_ >> t & 1) != 0) std::memset(desk.hit[t], 0, words_ * sizeof(std::uint64_t));
  }
  mark_ends(f, desk);
  mark_space(*f.key, desk);
  const auto put = [&](Test t, net::SetAt set) {
    if (active(t)) sets_.mark(set, desk.hit[index(t)]);
  };
  put(Test::interface, at(interface_, f.iface));
  put(Test::protocols, at(transport_, f.key->proto));
  if (f.content_known == Known::settled) {
    for (unsigned i = 0; i < kContentBits; ++i) {
      if ((f.content >> i & 1) != 0) put(Test::protocols, content_[i]);
    }
  }
  if (f.name_known == Known::settled && active(Test::names)) names_.mark(sets_, f.name, desk.hit[index(Test::names)]);
  if (f.app_known == Known::not_yet) return;
  put(Test::applications, at(applications_, f.app));
  put(Test::applications, at(applications_, f.master));
  put(Test::categories, at(categories_, f.category));
}

Level Program::level_of(std::size_t rule, std::uint64_t hash) const noexcept {
  const Outcome& o = outcomes_[rule];
  return o.sample > 1 && !chosen(hash, o.sample) ? std::min(o.level, Level::count) : o.level;
}

void Program::widen(Range& range, unsigned word, std::uint64_t pending, std::uint64_t hash) const noexcept {
  for (unsigned l = 0; l < std::size(of_level_); ++l) {
    if ((pending & of_level_[l][word]) != 0) range.add(static_cast<Level>(l));
  }
  for (std::uint64_t left = pending & sampled_[word]; left != 0; left &= left - 1) {
    range.add(level_of(word * net::kWord + static_cast<unsigned>(std::countr_zero(left)) - kProtectBits, hash));
  }
}

std::uint8_t Program::waits(const Facts& f, const Desk& desk, unsigned word, std::uint64_t pending) const noexcept {
  std::uint8_t out = 0;
  if (pending == 0) return out;
  for (unsigned t = index(Test::protocols); t < kTests; ++t) {
    if ((active_ >> t & 1) == 0) continue;
    if ((pending & ~(free_[t][word] | desk.hit[t][word])) != 0) out |= wait_of(f, t);
  }
  return out;
}

namespace {

bool lies_in(const net::Network& n, std::uint8_t family, const std::uint8_t* address) noexcept {
  return n.family == family && (n.bits == 0 || ((net::wide_of(address) ^ n.first) >> (128 - n.bits)) == 0);
}

bool lies_below(std::string_view name, std::string_view suffix) noexcept {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
  const bool below = suffix.starts_with("*.");
  if (below) suffix.remove_prefix(2);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() < suffix.size() || !std::ranges::equal(name.substr(name.size() - suffix.size()), suffix, same)) return false;
  return name.size() == suffix.size() ? !below : name[name.size() - suffix.size() - 1] == '.';
}

}  // namespace

void Program::protections(const Facts& f, Desk& desk, const classify::Names* names, std::vector<std::string>& out) const {
  const std::uint8_t protects = judge(f, desk).protects;
  Match holds;
  if ((protects & 1) != 0) {
    std::ranges::copy_if(protect_.networks, std::back_inserter(holds.networks), [&](const net::Network& n) {
      return lies_in(n, f.key->family, f.key->a) || lies_in(n, f.key->family, f.key->b);
    });
  }
  if ((protects & 2) != 0) {
    std::ranges::copy_if(protect_.names, std::back_inserter(holds.names),
                         [&](const std::string& n) { return lies_below(f.name, n); });
  }
  const auto is_app = [&](std::uint16_t id) { return id == f.app || id == f.master; };
  if ((protects & 4) != 0) std::ranges::copy_if(protect_.applications, std::back_inserter(holds.applications), is_app);
  if ((protects & 8) != 0) holds.categories = {f.category};
  for (const Condition& c : words_of(holds, names)) {
    std::ranges::transform(c.words, std::back_inserter(out), net::as_written);
  }
}

// The rules of a word that hold, and those that hold or may come to.
Program::Stand Program::stand(const Facts& f, const Desk& desk, unsigned w) const noexcept {
  Stand out{all_[w], all_[w]};
  for (unsigned t = 0; t < kTests; ++t) {
    if ((active_ >> t & 1) == 0) continue;
    const std::uint64_t holds = free_[t][w] | desk.hit[t][w];
    out.certain &= holds;
    const bool open = wait_of(f, t) != 0;
    out.possible &= !open ? holds : static_cast<Test>(t) == Test::protocols ? holds | by_content_[w] : ~std::uint64_t{0};
  }
  return out;
}

namespace {
constexpr std::uint64_t kProtect = (1u << kProtectBits) - 1;
}

std::uint16_t Program::peek(const Facts& f, Desk& desk) const noexcept {
  mark(f, desk);
  for (unsigned w = 0; w < words_; ++w) {
    auto [certain, possible] = stand(f, desk, w);
    if (w == 0) {
      if ((certain & kProtect) != 0) return kNoRule;
      certain &= ~kProtect;
      possible &= ~kProtect;
    }
    const std::uint64_t before = (certain & -certain) - 1;
    for (std::uint64_t left = possible & ~certain & before & peeking_[w]; left != 0; left &= left - 1) {
      const std::size_t rule = w * net::kWord + static_cast<unsigned>(std::countr_zero(left)) - kProtectBits;
      if (level_of(rule, f.hash) == Level::decrypt) return static_cast<std::uint16_t>(rule);
    }
    if (certain != 0) break;
  }
  return kNoRule;
}

Verdict Program::judge(const Facts& f, Desk& desk) const noexcept {
  mark(f, desk);
  Verdict v;
  Range range{Level::decrypt, Level::ignore};
  std::uint64_t protects = 0, may_protect = 0;
  std::uint8_t protect_waits = 0;
  for (unsigned w = 0; w < words_; ++w) {
    auto [certain, possible] = stand(f, desk, w);
    if (w == 0) {
      protects = certain & kProtect;
      may_protect = possible & kProtect;
      protect_waits = waits(f, desk, 0, may_protect & ~protects);
      certain &= ~kProtect;
      possible &= ~kProtect;
    }
    const std::uint64_t before = (certain & -certain) - 1;  // no certain one: every bit
    const std::uint64_t pending = possible & ~certain & before;
    widen(range, w, pending, f.hash);
    v.waits |= waits(f, desk, w, pending);
    if (certain == 0) continue;
    v.rule = static_cast<std::uint16_t>(w * net::kWord + static_cast<unsigned>(std::countr_zero(certain)) - kProtectBits);
    break;
  }
  range.add(level_of(v.rule, f.hash));
  v.sample = outcomes_[v.rule].sample;
  v.protects = static_cast<std::uint8_t>(protects);
  v.guarded = protects != 0 && range.least == Level::decrypt ? 1 : 0;
  if (protects != 0) {
    range.most = std::min(range.most, Level::metadata);
  } else if (may_protect != 0 && range.most > Level::metadata) {
    v.waits |= protect_waits;
  }
  if (may_protect != 0) range.least = std::min(range.least, Level::metadata);
  v.shows = range.least;
  v.reads = range.most;
  if (v.shows == v.reads) v.waits = 0;
  if (v.waits != 0) v.reads = std::max(v.reads, Level::metadata);
  if ((v.waits & kWaitApp) != 0 && protects == 0) v.reads = std::max(v.reads, Level::classify);
  return v;
}

}  // namespace pellucid::policy
