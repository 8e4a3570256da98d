// Facts: what is known of a flow when it is judged, and Verdict: what may be done with it. Values on the worker's stack.
#pragma once
#include "lib/net/key.h"
#include "lib/policy/level.h"

namespace pellucid::policy {

enum class Known : std::uint8_t { not_yet, settled };

struct Facts {
  const net::Key* key = nullptr;
  Dir source = Dir::up;  // up: the client is key->a, down: it is key->b
  std::uint16_t iface = 0;
  std::uint64_t hash = 0;  // the flow's keyed hash, which chooses samples
  Known content_known = Known::not_yet;
  std::uint8_t content = 0;  // kContent…, see lib/policy/protocols.h
  Known name_known = Known::not_yet;
  std::string_view name = {};  // settled and empty: it has none
  Known app_known = Known::not_yet;
  std::uint16_t master = 0, app = 0, category = 0;  // classify::Label
};

// Facts that a verdict waits for; bits.
inline constexpr std::uint8_t kWaitContent = 1, kWaitName = 2, kWaitApp = 4;

inline constexpr std::uint16_t kNoRule = 0xffff;

struct Verdict {
  Level shows = Level::classify;  // what records may say: the least of all outcomes that are still possible
  Level reads = Level::classify;  // how far to look, so that what is pending settles and what may be shown then is there
  std::uint8_t waits = 0;         // kWait…; 0: the verdict is final, whatever else becomes known
  std::uint16_t rule = 0;         // the first that certainly matches; the number of rules stands for `default`
  std::uint32_t sample = 1;       // that rule's
  std::uint8_t protects = 0;      // lists of `protect` that certainly hold, in Program's order
  std::uint8_t guarded = 0;       // 1: without them it would be shown at decrypt
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace pellucid::policy
