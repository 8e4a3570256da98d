// Reason: why a session is not opened, from the closed list that records and metrics promise. A value type, any thread.
#pragma once
#include <cstdint>
#include <iterator>
#include <string_view>

namespace pellucid::keys {

enum class Reason : std::uint8_t {
  none,           // nothing stands against it
  no_grant,       // none is known that was asked for
  not_yet,        // before its time, or the clock is in doubt: nobody can say that it has come
  expired,        // at or after its end
  revoked,        // for good
  quota,          // its sessions or bytes are used up
  scope,          // another server, client, name, time of capture or method
  depth,          // further than it allows
  excluded,       // protected, and the protection is not lifted
  no_key,         // the key is not there, or is none that the grant names
  no_visibility,  // the certificate does not say that this key is visible
  unsupported,    // understood, but not opened by this version
  lost,           // bytes went missing on the wire
  overload,       // no room or time for it
  unwitnessed,    // the audit log lacks its witnesses
  kCount,
};

inline constexpr std::string_view kReasonLabels[] = {"none",          "no_grant",    "not_yet", "expired",  "revoked",
                                                     "quota",         "scope",       "depth",   "excluded", "no_key",
                                                     "no_visibility", "unsupported", "lost",    "overload", "unwitnessed"};
static_assert(std::size(kReasonLabels) == static_cast<std::size_t>(Reason::kCount));
constexpr std::string_view label(Reason r) noexcept { return kReasonLabels[static_cast<std::size_t>(r)]; }

}  // namespace pellucid::keys
