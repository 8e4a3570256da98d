// Probe for HTTP/1 by content: do the first bytes of a TCP direction begin a request or a response? RTSP, SIP, ICAP and other
// protocols of the same form are refused by their version. Pure; any thread.
#pragma once
#include "lib/base/bytes.h"
#include "lib/base/probe.h"

namespace pellucid::http {

// A request target that is still going on after so many octets is taken for one: few formats look like that.
inline constexpr std::size_t kMaxUnsure = 256;

Probe probe(Bytes first) noexcept;

}  // namespace pellucid::http
