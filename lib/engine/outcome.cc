#include "lib/engine/outcome.h"

#include <algorithm>

namespace pellucid::engine {

namespace {

using keys::Reason;
using metrics::Coverage;

std::uint64_t& cell_of(State& s, Coverage c) noexcept { return s.coverage[static_cast<std::size_t>(c)]; }

Coverage coverage_of(Reason reason) noexcept {
  switch (reason) {
    case Reason::excluded:
      return Coverage::excluded;
    case Reason::no_key:
      return Coverage::no_key;
    case Reason::unsupported:
      return Coverage::unsupported;
    case Reason::lost:
    case Reason::overload:
      return Coverage::lost;
    default:
      return Coverage::refused;
  }
}

// A grant may allow less than the whole session without that anything stands against it: a depth, a direction, first octets.
bool limited(const Opened& o) noexcept {
  const keys::Terms& t = o.terms;
  return t.depth < keys::Depth::headers || t.direction != keys::Direction::both || t.first_bytes != 0;
}

// Of what was not opened.
Coverage rest_of(const Opened& o) noexcept {
  const Reason reason = reason_of(o);
  if (reason == Reason::none && o.stats.bad != 0) return Coverage::lost;
  return coverage_of(reason);
}

}  // namespace

void cover_lost(State& s, std::uint16_t octets) noexcept {
  s.payload += octets;
  cell_of(s, Coverage::lost) += octets;
}

Reason reason_of(const Opened& o) noexcept {
  if (o.terms.reason != Reason::none) return o.terms.reason;
  if (o.stats.unread != 0) return Reason::overload;
  if (o.stats.lost != 0 || o.missed != 0) return Reason::lost;
  if (o.stats.opened == 0) return Reason::lost;  // a hello is missing, or the end came before any record
  return Reason::none;
}

exporter::Outcome result_of(const Opened& o) noexcept {
  if (o.stats.opened == 0) return exporter::Outcome::refused;
  return reason_of(o) == Reason::none && o.stats.bad == 0 ? exporter::Outcome::opened : exporter::Outcome::partial;
}

Coverage settle_coverage(State& s, Opened& o) noexcept {
  const std::uint64_t octets = o.payload;
  o.payload = 0;
  s.coverage[kPending] -= octets;
  if (o.wanted == 0) {
    cell_of(s, Coverage::not_requested) += octets;
    return Coverage::not_requested;
  }
  const bool whole = result_of(o) == exporter::Outcome::opened && !limited(o);
  const std::uint64_t opened = whole ? octets : std::min(octets, o.stats.sealed);
  const Coverage rest = rest_of(o);
  cell_of(s, Coverage::decrypted) += opened;
  cell_of(s, rest) += octets - opened;
  return whole ? Coverage::not_requested : rest;
}

}  // namespace pellucid::engine
