#include "lib/keys/judge.h"

#include <algorithm>

namespace pellucid::keys {

namespace {

bool same_digits(std::string_view digits, std::span<const std::uint8_t> octets) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (digits.size() != 2 * octets.size()) return false;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (digits[2 * i] != kDigits[octets[i] >> 4] || digits[2 * i + 1] != kDigits[octets[i] & 15]) return false;
  }
  return true;
}

}  // namespace

Judge::Judge(const Grant& grant, const AuthoritySet& set, unsigned good) : grant_(grant), lifts_(good >= set.lift) {
  for (const net::Network& n : grant.scope.servers) servers_.add(n, 0);
  for (const net::Network& n : grant.scope.clients) clients_.add(n, 0);
  for (const std::string& n : grant.scope.names) names_.add(n, 0);
  servers_.build(sets_);
  clients_.build(sets_);
  names_.build(sets_);
  sets_.built();
}

Reason Judge::live(const Standing& s) const noexcept {
  if (s.life == Life::revoked) return Reason::revoked;
  if (s.now_s >= grant_.not_after_s) return Reason::expired;
  if (s.clock == Clock::doubtful || s.now_s < grant_.not_before_s) return Reason::not_yet;
  return s.left.sessions == 0 || s.left.bytes == 0 ? Reason::quota : Reason::none;
}

bool Judge::names_key(const KeyPrints& key) const noexcept {
  return grant_.keys.empty() || std::any_of(grant_.keys.begin(), grant_.keys.end(), [&](const std::string& digits) {
           return same_digits(digits, key.visibility) || same_digits(digits, key.public_key);
         });
}

Reason Judge::scope(const Session& s) const noexcept {
  const Scope& wanted = grant_.scope;
  if (!allows(grant_, s.method)) return Reason::scope;
  if (s.captured_s < wanted.captured_from_s || s.captured_s >= wanted.captured_until_s) return Reason::scope;
  const auto within = [&](const net::Prefixes& networks, const std::array<std::uint8_t, 16>& address) {
    std::uint64_t found = 0;
    networks.mark(sets_, s.family, address.data(), &found);
    return found != 0;
  };
  if (!wanted.servers.empty() && !within(servers_, s.server)) return Reason::scope;
  if (!wanted.clients.empty() && !within(clients_, s.client)) return Reason::scope;
  const auto has = [&](const net::PortRange& p) { return p.from <= s.server_port && s.server_port <= p.to; };
  if (!wanted.ports.empty() && std::none_of(wanted.ports.begin(), wanted.ports.end(), has)) return Reason::scope;
  if (wanted.names.empty() || s.naming == Naming::pending) return Reason::none;
  std::uint64_t found = 0;
  names_.mark(sets_, s.name, &found);
  return found != 0 ? Reason::none : Reason::scope;
}

Reason Judge::opens(const Session& s, const Standing& standing) const noexcept {
  if (const Reason r = live(standing); r != Reason::none) return r;
  if (const Reason r = scope(s); r != Reason::none) return r;
  if (s.key != nullptr && !names_key(*s.key)) return Reason::no_key;
  if (s.depth > grant_.depth || (s.naming == Naming::pending && s.depth > Depth::handshake)) return Reason::depth;
  for (const std::string_view entry : s.protections) {
    const bool named = std::find(grant_.lifts.begin(), grant_.lifts.end(), entry) != grant_.lifts.end();
    if (!named || !lifts_) return Reason::excluded;
  }
  return Reason::none;
}

}  // namespace pellucid::keys
